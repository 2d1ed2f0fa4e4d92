#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <filesystem>
#include <iterator>

#include "collectors/sockets.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;
/// The kernel puts at most this much into one datagram of a dump.
constexpr std::uint64_t kDatagramBytes = 32768;
/// What a thousand collections may take.
constexpr std::chrono::seconds kCollecting{10};

std::ptrdiff_t CountOpenFiles() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

class ManySockets : public KernelTest {};

TEST_F(ManySockets, FiveThousandConnectionsInManyDatagrams) {
  AllowOpenFiles(12'000);
  Sockets sockets;
  for (const IpVersion& ip : {kIpv4, kIpv6}) {
    sockets.push_back(Listen(ip.any, kPort, {.ipv6_only = true}));
    const int listener = sockets.back().Get();
    for (int i = 0; i < 2500; ++i) {
      sockets.push_back(Connect(ip.loopback, kPort));
      sockets.emplace_back(Check("accept", accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)));
    }
  }
  const Samples samples = CollectWhen({{"tcp ipv4 listen", 1},
                                       {"tcp ipv4 established", 5000},
                                       {"tcp ipv6 listen", 1},
                                       {"tcp ipv6 established", 5000}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 inbound listen", 2},
                                         {"tcp 5000 inbound established", 5000},
                                         {"tcp 5000 outbound established", 5000}}));
  EXPECT_GT(testing::ValueOf(Exporter().Collect(), SocketsCollector::kDumpBytes, "tcp"),
            10 * kDatagramBytes);
}

TEST_F(ManySockets, TwoThousandUdpSocketsInManyDatagrams) {
  AllowOpenFiles(4'000);
  Sockets sockets;
  for (const IpVersion& ip : {kIpv4, kIpv6}) {
    for (std::uint16_t i = 0; i < 500; ++i) {
      const auto port = static_cast<std::uint16_t>(kPort + i);
      sockets.push_back(Bind(SOCK_DGRAM, ip.loopback, port));
      sockets.push_back(ConnectUdp(ip.loopback, kPort));
    }
  }
  CollectWhen({{"udp ipv4 unconnected", 500},
               {"udp ipv4 established", 500},
               {"udp ipv6 unconnected", 500},
               {"udp ipv6 established", 500}});
}

// A walk takes long where other namespaces of the host have very many sockets, as they all share
// one table; then it is fewer collections.
TEST_F(ManySockets, ThousandCollectionsLeaveNoFileOpen) {
  const UniqueFd listener = Listen("::", kPort);
  const Connection connection = MakeConnection(listener, "::1", kPort);
  const Counts first =
      SocketCounts(CollectWhen({{"tcp ipv6 listen", 1}, {"tcp ipv6 established", 2}}));
  Exporter exporter;
  ASSERT_EQ(SocketCounts(exporter.Collect()), first);
  const std::ptrdiff_t open_files = CountOpenFiles();
  const auto enough = std::chrono::steady_clock::now() + kCollecting;
  for (int i = 0; i < 1000 && std::chrono::steady_clock::now() < enough; ++i) {
    ASSERT_EQ(SocketCounts(exporter.Collect()), first);
  }
  EXPECT_EQ(CountOpenFiles(), open_files);
}

}  // namespace
}  // namespace sockdiag::kernel
