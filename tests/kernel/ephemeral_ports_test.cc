// Ports that run out in two ways: for one destination, or, when they are bound before they are
// connected, for all of them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <stdexcept>
#include <string>

#include "sockets/tally/ephemeral_ports_tally.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 8080;
constexpr int kDestinations = 10;
constexpr int kPorts = 100;

class EphemeralPortsOfTheKernel : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFailure()) return;
    WriteSysctl("net/ipv4/ip_local_port_range", "40000 40099");
    for (int i = 0; i < kDestinations; ++i) sockets_.push_back(Listen(Destination(i), kPort));
  }
  static std::string Destination(int number) {
    return "127.0.0." + std::to_string(2 + number % kDestinations);
  }
  /// To each destination in turn; as many as wanted, or as there are ports for.
  void ConnectAll(int wanted, const Options& options) {
    try {
      for (int i = 0; i < wanted; ++i) {
        sockets_.push_back(Bind(SOCK_STREAM, "127.0.0.1", 0, options));
        Connect(sockets_.back(), Destination(i), kPort);
        ++connected_;
      }
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("EADDRINUSE"));
    }
  }
  static void ExpectPorts(int used, int sockets, int per_destination) {
    const Samples samples = Exporter().Collect();
    using Tally = EphemeralPortsTally;
    EXPECT_EQ(testing::ValueOf(samples, Tally::kLimit), kPorts);
    EXPECT_EQ(testing::ValueOf(samples, Tally::kUsed), used);
    EXPECT_EQ(testing::ValueOf(samples, Tally::kSockets), sockets);
    EXPECT_EQ(testing::ValueOf(samples, Tally::kMaxUsedPerDestination), per_destination);
  }

  Sockets sockets_;
  int connected_ = 0;
};

TEST_F(EphemeralPortsOfTheKernel, BoundBeforeTheyAreConnectedCarryOneSocketEach) {
  ConnectAll(kPorts + 1, {});
  EXPECT_EQ(connected_, kPorts) << "no destination has ports left";
  ExpectPorts(kPorts, kPorts, kPorts / kDestinations);
}

TEST_F(EphemeralPortsOfTheKernel, TakenByConnectCarryOneSocketForEachDestination) {
  ConnectAll(kPorts * kDestinations, {.port_at_connect = true});
  EXPECT_EQ(connected_, kPorts * kDestinations);
  ExpectPorts(kPorts, kPorts * kDestinations, kPorts);
}

/// The kernel shows them to no dump that a scrape can afford.
TEST_F(EphemeralPortsOfTheKernel, ThatAreOnlyBoundAreNotSeen) {
  for (int i = 0; i < kPorts; ++i) sockets_.push_back(Bind(SOCK_STREAM, "127.0.0.1", 0));
  ExpectPorts(0, 0, 0);
}

}  // namespace
}  // namespace sockdiag::kernel
