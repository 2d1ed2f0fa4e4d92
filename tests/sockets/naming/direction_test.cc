#include "sockets/naming/direction.h"

#include <gtest/gtest.h>

#include "sockets/naming/ephemeral_ports.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Listener;
using testing::Tcp;
using testing::Udp;

Direction Resolve(const SocketRecord& record, const std::vector<SocketRecord>& listeners) {
  ListenerTable table;
  for (const SocketRecord& listener : listeners) table.Add(listener);
  return ResolveDirection(record, table, EphemeralPorts().range);
}

SocketRecord Ipv6Only(SocketRecord record) {
  record.ipv6_only = true;
  return record;
}

constexpr auto kUp = SocketState::kEstablished;

TEST(Direction, OfListenersAndHandshakesIsKnown) {
  EXPECT_EQ(Resolve(Listener("0.0.0.0:50000"), {}), Direction::kInbound);
  EXPECT_EQ(Resolve(Udp("0.0.0.0:50000"), {}), Direction::kInbound);
  EXPECT_EQ(Resolve(Tcp(SocketState::kSynRecv, "10.0.0.1:50000", "10.0.0.2:80"), {}),
            Direction::kInbound);
  EXPECT_EQ(Resolve(Tcp(SocketState::kSynSent, "10.0.0.1:80", "10.0.0.2:50000"),
                    {Listener("0.0.0.0:80")}),
            Direction::kOutbound);
}

TEST(Direction, FollowsTheListenerAlsoInsideTheEphemeralRange) {
  const SocketRecord accepted = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:80");
  EXPECT_EQ(Resolve(accepted, {Listener("0.0.0.0:40000")}), Direction::kInbound);
  EXPECT_EQ(Resolve(accepted, {Listener("10.0.0.1:40000")}), Direction::kInbound);
  EXPECT_EQ(Resolve(accepted, {Listener("10.0.0.9:40000")}), Direction::kOutbound);
  EXPECT_EQ(Resolve(accepted, {Listener("0.0.0.0:40001")}), Direction::kOutbound);
}

TEST(Direction, ADualStackListenerTakesIpv4Too) {
  const SocketRecord mapped = Tcp(kUp, "[::ffff:10.0.0.1]:40000", "[::ffff:10.0.0.2]:80");
  EXPECT_EQ(Resolve(mapped, {Listener("[::]:40000")}), Direction::kInbound);
  EXPECT_EQ(Resolve(mapped, {Ipv6Only(Listener("[::]:40000"))}), Direction::kOutbound);
  EXPECT_EQ(Resolve(mapped, {Listener("[::ffff:10.0.0.1]:40000")}), Direction::kInbound);
  EXPECT_EQ(Resolve(mapped, {Listener("[::ffff:0.0.0.0]:40000")}), Direction::kInbound);
}

TEST(Direction, AnIpv4ListenerTakesNoIpv6) {
  const SocketRecord ipv6 = Tcp(kUp, "[2001:db8::1]:40000", "[2001:db8::2]:80");
  EXPECT_EQ(Resolve(ipv6, {Listener("0.0.0.0:40000")}), Direction::kOutbound);
  EXPECT_EQ(Resolve(ipv6, {Ipv6Only(Listener("[::]:40000"))}), Direction::kInbound);
  EXPECT_EQ(Resolve(ipv6, {Listener("[2001:db8::1]:40000")}), Direction::kInbound);
}

TEST(Direction, WithoutAListenerTheSideOutsideTheEphemeralRangeServes) {
  EXPECT_EQ(Resolve(Tcp(kUp, "10.0.0.1:443", "10.0.0.2:50000"), {}), Direction::kInbound);
  EXPECT_EQ(Resolve(Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443"), {}), Direction::kOutbound);
  EXPECT_EQ(Resolve(Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:50001"), {}), Direction::kOutbound);
  EXPECT_EQ(Resolve(Tcp(kUp, "10.0.0.1:443", "10.0.0.2:80"), {}), Direction::kOutbound);
}

TEST(Direction, OfConnectedUdpFollowsUnconnectedSockets) {
  EXPECT_EQ(Resolve(Udp("10.0.0.1:40000", "10.0.0.2:53"), {Udp("0.0.0.0:40000")}),
            Direction::kInbound);
  EXPECT_EQ(Resolve(Udp("10.0.0.1:40000", "10.0.0.2:53"), {}), Direction::kOutbound);
}

TEST(ListenerTable, CountsAPortAsHeldOnEveryAddressBeyondItsBound) {
  ListenerTable table;
  for (std::size_t i = 0; i < ListenerTable::kMaxAddresses; ++i) {
    table.Add(Listener("127." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) +
                       "." + std::to_string(i % 256) + ":1000"));
  }
  EXPECT_FALSE(table.Matches(testing::ParseEndpoint("10.0.0.1:2000")));
  table.Add(Listener("127.200.0.1:2000"));
  EXPECT_TRUE(table.Matches(testing::ParseEndpoint("127.200.0.1:2000")));
  EXPECT_TRUE(table.Matches(testing::ParseEndpoint("10.0.0.1:2000")));
  EXPECT_FALSE(table.Matches(testing::ParseEndpoint("[::1]:2000")));
  EXPECT_FALSE(table.Matches(testing::ParseEndpoint("10.0.0.1:1000")));
}

}  // namespace
}  // namespace sockdiag
