// Who serves, when the ports have to tell: with a listener inside the ephemeral range, and with
// none at all.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr const char* kRange = "net/ipv4/ip_local_port_range";

class EphemeralRange : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (!IsSkipped() && !HasFailure()) WriteSysctl(kRange, "32768 60999");
  }
};

const Counts kOneConnection{{"tcp ipv4 established", 2}};
const Counts kConnectionAndListener{{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 2}};

TEST_F(EphemeralRange, ListenerInsideItServes) {
  const UniqueFd listener = Listen("127.0.0.1", 40000);
  const Connection connection = MakeConnection(listener, "127.0.0.1", 40000);
  EXPECT_EQ(PortCounts(CollectWhen(kConnectionAndListener)),
            (Counts{{"tcp 40000 inbound listen", 1},
                    {"tcp 40000 inbound established", 1},
                    {"tcp 40000 outbound established", 1}}));
}

TEST_F(EphemeralRange, ServiceOutsideItIsKnownWithoutItsListener) {
  UniqueFd listener = Listen("127.0.0.1", 5000);
  const Connection connection = MakeConnection(listener, "127.0.0.1", 5000);
  listener.Reset();
  EXPECT_EQ(PortCounts(CollectWhen(kOneConnection)),
            (Counts{{"tcp 5000 inbound established", 1}, {"tcp 5000 outbound established", 1}}));
}

TEST_F(EphemeralRange, BothPortsInsideItAreOutbound) {
  UniqueFd listener = Listen("127.0.0.1", 40000);
  const Connection connection = MakeConnection(listener, "127.0.0.1", 40000);
  listener.Reset();
  const std::string client_port = std::to_string(LocalPort(connection.client));
  EXPECT_EQ(PortCounts(CollectWhen(kOneConnection)),
            (Counts{{"tcp 40000 outbound established", 1},
                    {"tcp " + client_port + " outbound established", 1}}));
}

TEST_F(EphemeralRange, BothPortsOutsideItAreOutbound) {
  UniqueFd listener = Listen("127.0.0.1", 5000);
  const UniqueFd client = Bind(SOCK_STREAM, "127.0.0.1", 6000);
  Connect(client, "127.0.0.1", 5000);
  const UniqueFd server = Accept(listener);
  listener.Reset();
  EXPECT_EQ(PortCounts(CollectWhen(kOneConnection)),
            (Counts{{"tcp 5000 outbound established", 1}, {"tcp 6000 outbound established", 1}}));
}

TEST_F(EphemeralRange, RangeOfTheNamespaceIsUsed) {
  WriteSysctl(kRange, "10000 10999");
  UniqueFd listener = Listen("127.0.0.1", 40000);
  const Connection connection = MakeConnection(listener, "127.0.0.1", 40000);
  const std::uint16_t client_port = LocalPort(connection.client);
  EXPECT_TRUE(10000 <= client_port && client_port <= 10999) << client_port;
  listener.Reset();
  EXPECT_EQ(PortCounts(CollectWhen(kOneConnection)),
            (Counts{{"tcp 40000 inbound established", 1}, {"tcp 40000 outbound established", 1}}));
}

TEST_F(EphemeralRange, ChangeIsSeenByTheNextCollection) {
  UniqueFd listener = Listen("127.0.0.1", 40000);
  const Connection connection = MakeConnection(listener, "127.0.0.1", 40000);
  listener.Reset();
  Exporter exporter;
  const auto inbound = [&] {
    const Counts counts = PortCounts(exporter.Collect());
    const auto found = counts.find("tcp 40000 inbound established");
    return found == counts.end() ? 0 : found->second;
  };
  EXPECT_EQ(inbound(), 0U);
  // Whatever port the client got, it stays inside, and 40000 does not.
  WriteSysctl(kRange, LocalPort(connection.client) > 40000 ? "40001 61000" : "32768 39999");
  EXPECT_EQ(inbound(), 1U);
  WriteSysctl(kRange, "32768 60999");
  EXPECT_EQ(inbound(), 0U);
}

}  // namespace
}  // namespace sockdiag::kernel
