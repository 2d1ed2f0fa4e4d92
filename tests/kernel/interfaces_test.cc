// Devices as `ip -s link` shows them.

#include "collectors/rtnetlink/interfaces.h"

#include <gtest/gtest.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>

#include "base/unique_fd.h"
#include "collectors/folded_keys.h"
#include "tests/kernel/rtnetlink.h"
#include "tests/kernel/system.h"
#include "tests/support/figures.h"

namespace sockdiag::kernel {
namespace {

using testing::Figures;
using testing::FiguresOf;

constexpr std::array kShown{"receive_bytes",   "receive_packets",  "receive_errors",
                            "receive_dropped", "transmit_bytes",   "transmit_packets",
                            "transmit_errors", "transmit_dropped", "carrier_changes"};

class Interfaces : public RtnetlinkTest {
 protected:
  static Samples Collect(InterfacesCollector& collector) {
    Findings findings;
    const Result<void> collected = collector.Collect(findings);
    EXPECT_TRUE(collected) << collected.error().message;
    return std::move(findings.samples);
  }
  static Samples Collect() {
    InterfacesCollector collector(OpenNetlink(), /*limit=*/20);
    return Collect(collector);
  }
  static double Counter(const std::string& counter, const std::string& device) {
    return testing::ValueOf(Collect(), "sockdiag_interface_" + counter + "_total", device);
  }

  /// As Shown(), from `ip -s link`: `v0 receive_bytes`.
  static Figures OfIp() {
    Figures figures;
    for (const std::string device : {"lo", "v0", "v1"}) {
      std::istringstream listing(Ip("-s link show dev " + device));
      AddNumbers(listing, "RX:", device + " receive_", figures);
      AddNumbers(listing, "TX:", device + " transmit_", figures);
    }
    return figures;
  }

  /// All but changes of the carrier.
  static Figures Shown() {
    Figures figures;
    const Samples samples = Collect();
    for (const std::string counter : kShown) {
      if (counter == "carrier_changes") continue;
      for (const auto& [device, value] :
           FiguresOf(samples, "sockdiag_interface_" + counter + "_total")) {
        figures.emplace(device + " " + counter, value);
      }
    }
    return figures;
  }

 private:
  /// Of the line of numbers behind the one that begins with `title`; dropped and missed together.
  static void AddNumbers(std::istringstream& listing, const std::string& title,
                         const std::string& prefix, Figures& figures) {
    std::string word;
    while (listing >> word && word != title) {
    }
    std::getline(listing, word);
    std::array<double, 5> numbers{};
    for (double& number : numbers) listing >> number;
    figures[prefix + "bytes"] = numbers[0];
    figures[prefix + "packets"] = numbers[1];
    figures[prefix + "errors"] = numbers[2];
    figures[prefix + "dropped"] = numbers[3] + (title == "RX:" ? numbers[4] : 0);
  }
};

/// Frames of a protocol that nobody takes.
void SendFrames(const char* device, int count) {
  constexpr std::uint16_t kLocalExperimental = 0x88b5;
  const UniqueFd sender(Check("socket", socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(kLocalExperimental);
  address.sll_ifindex = static_cast<int>(if_nametoindex(device));
  address.sll_halen = 6;
  std::fill_n(address.sll_addr, address.sll_halen, std::uint8_t{0xff});
  const std::array<char, 100> bytes{};
  for (int i = 0; i < count; ++i) {
    Check("sendto",
          static_cast<int>(sendto(sender.Get(), bytes.data(), bytes.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&address), sizeof(address))));
  }
}

TEST_F(Interfaces, CountWhatIpLinkCounts) {
  constexpr int kFrames = 7;
  const double dropped = Counter("receive_dropped", "v1");
  SendFrames("v0", kFrames);
  Ip("-6 route get fd00:9::2");
  // The kernel asks for routers and reports its groups meanwhile.
  EXPECT_TRUE(WaitUntil([] {
    const Figures before = OfIp();
    return Shown() == before && before == OfIp();
  }));
  EXPECT_EQ(Counter("receive_dropped", "v1"), dropped + kFrames);
}

TEST_F(Interfaces, WithoutACarrierIsNotUp) {
  const auto up = [] { return FiguresOf(Collect(), "sockdiag_interface_up"); };
  EXPECT_TRUE(WaitUntil([&] { return up() == Figures{{"lo", 1}, {"v0", 1}, {"v1", 1}}; }));
  const double changes = Counter("carrier_changes", "v0");
  Ip("link set down dev v1");
  EXPECT_TRUE(WaitUntil([&] { return up() == Figures{{"lo", 1}, {"v0", 0}, {"v1", 0}}; }));
  EXPECT_EQ(Counter("carrier_changes", "v0"), changes + 1);
  Ip("link set up dev v1");
  EXPECT_TRUE(WaitUntil([&] { return up() == Figures{{"lo", 1}, {"v0", 1}, {"v1", 1}}; }));
  EXPECT_EQ(Counter("carrier_changes", "v0"), changes + 2);
  Ip("link set down dev lo");
  EXPECT_EQ(up(), (Figures{{"lo", 0}, {"v0", 1}, {"v1", 1}}));
}

TEST_F(Interfaces, BeyondTheLimitAreOther) {
  InterfacesCollector collector(OpenNetlink(), /*limit=*/1);
  static_cast<void>(Collect(collector));
  const double before = Counter("receive_dropped", "v1");
  SendFrames("v0", 3);
  EXPECT_TRUE(WaitUntil([&] { return Counter("receive_dropped", "v1") == before + 3; }));
  const Samples samples = Collect(collector);
  EXPECT_EQ(FiguresOf(samples, "sockdiag_interface_receive_dropped_total"),
            (Figures{{"lo", 0}, {"other", 3}}));
  EXPECT_EQ(testing::ValueOf(samples, kFoldedKeys, "interfaces"), 2);
}

class ManyInterfaces : public Interfaces {
 protected:
  static constexpr int kPairs = 100;

  void SetUp() override {
    Interfaces::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    std::string commands;
    for (int i = 0; i < kPairs; ++i) {
      const std::string number = std::to_string(i);
      commands += "link add a" + number + " type veth peer name b" + number + "\n";
    }
    IpBatch(commands);
  }
};

TEST_F(ManyInterfaces, InManyDatagrams) {
  InterfacesCollector collector(OpenNetlink(), /*limit=*/10'000);
  EXPECT_EQ(FiguresOf(Collect(collector), "sockdiag_interface_up").size(), 2 * kPairs + 3U);
}

TEST_F(ManyInterfaces, AreShownAlsoWhileOthersComeAndGo) {
  /// All that there are, of who does not make do with a table that changes.
  class Strict final : public RtnetlinkSink {
   public:
    [[nodiscard]] DumpResult<void> Add(const NetlinkMessage&) override { return {}; }
  };
  RtnetlinkDumper dumper(OpenNetlinkAmidChanges());
  const auto strict = dumper.Dump(LinksRequest(/*with_counters=*/true), Strict());
  ASSERT_FALSE(strict) << "or this test tests nothing";
  EXPECT_EQ(strict.error().reason, DumpErrorReason::kInterrupted);
  InterfacesCollector collector(OpenNetlinkAmidChanges(), /*limit=*/10'000);
  const Figures shown = FiguresOf(Collect(collector), "sockdiag_interface_up");
  for (int i = 0; i < kPairs; ++i) {
    for (const char* side : {"a", "b"}) {
      EXPECT_TRUE(shown.contains(side + std::to_string(i))) << side << i;
    }
  }
}

}  // namespace
}  // namespace sockdiag::kernel
