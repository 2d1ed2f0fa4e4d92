#include "sockets/tally/socket_aggregator.h"

#include <gtest/gtest.h>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Listener;
using testing::Tcp;
using testing::Udp;
constexpr auto kUp = SocketState::kEstablished;
constexpr std::size_t kIn = Index(Direction::kInbound);
constexpr std::size_t kOut = Index(Direction::kOutbound);

class SocketAggregatorTest : public ::testing::Test {
 protected:
  static ServicesDatabase Database() {
    return {{{Protocol::kTcp, Port::FromHost(443)}, "https"},
            {{Protocol::kUdp, Port::FromHost(53)}, "domain"}};
  }
  ProtocolTotals Totals(Protocol protocol, const std::vector<SocketRecord>& records) const {
    SocketAggregator aggregator(protocol, matcher_, EphemeralPorts());
    for (const SocketRecord& record : records) aggregator.Add(record);
    return std::move(aggregator).TakeTotals();
  }
  /// Of the n-th name of the matcher; zeros when it has no sockets.
  static ServiceTotals Of(std::size_t name, const ProtocolTotals& totals, std::size_t direction) {
    ServiceTotals found;
    totals.services.ForEach(
        [&](ServiceId service, Direction its, const ServiceTotals& service_totals) {
          if (Index(service) == name && Index(its) == direction) found = service_totals;
        });
    return found;
  }
  static ServiceTotals Https(const ProtocolTotals& totals, std::size_t direction) {
    return Of(1, totals, direction);
  }
  static std::string PortsOf(const PortTable& ports) {
    std::string text;
    ports.ForEach([&](Port port, const PortTable::Counts& counts) {
      text += std::to_string(port.Value()) + "=" + std::to_string(counts.Total()) + " ";
    });
    return text;
  }

  ServiceMatcher matcher_{{}, Database()};
};

TEST_F(SocketAggregatorTest, CountsEachSocketOnceInEveryView) {
  const ProtocolTotals totals = Totals(
      Protocol::kTcp, {Listener("[::]:443"), Tcp(kUp, "[::ffff:10.0.0.1]:443", "10.0.0.2:50000"),
                       Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.9:443"),
                       Tcp(SocketState::kTimeWait, "10.0.0.1:40001", "10.0.0.9:8080")});
  EXPECT_EQ(totals.families[Index(Family::kIpv6)].Total(), 2U);
  EXPECT_EQ(totals.families[Index(Family::kIpv4)].Total(), 2U);
  EXPECT_EQ(totals.families[Index(Family::kIpv4)][SocketState::kTimeWait], 1U);
  EXPECT_EQ(Https(totals, kIn).states[SocketState::kListen], 1U);
  EXPECT_EQ(Https(totals, kIn).states[kUp], 1U);
  EXPECT_EQ(Https(totals, kOut).states[SocketState::kCloseWait], 1U);
  EXPECT_EQ(Of(0, totals, kOut).states.Total(), 1U);
  EXPECT_EQ(PortsOf(totals.ports[kIn]), "443=2 ");
  EXPECT_EQ(PortsOf(totals.ports[kOut]), "443=1 8080=1 ");
}

TEST_F(SocketAggregatorTest, AddsQueuesButNotThoseOfListeners) {
  SocketRecord up = Tcp(kUp, "10.0.0.1:443", "10.0.0.2:50000");
  up.receive_queue = 0xffffffff;
  up.send_queue = 7;
  const ProtocolTotals totals = Totals(Protocol::kTcp, {Listener("0.0.0.0:443", 3, 128), up, up});
  EXPECT_EQ(Https(totals, kIn).receive_queue_bytes, 2ULL * 0xffffffff);
  EXPECT_EQ(Https(totals, kIn).send_queue_bytes, 14U);
}

TEST_F(SocketAggregatorTest, SumsListenersOfAPortAndKeepsTheFullest) {
  const ProtocolTotals totals =
      Totals(Protocol::kTcp, {Listener("0.0.0.0:443", 3, 2), Listener("0.0.0.0:443", 10, 100),
                              Listener("[::]:443", 0, 50)});
  ASSERT_EQ(totals.listeners.size(), 1U);
  const ListenerTotals& listeners = totals.listeners.begin()->second;
  EXPECT_EQ(listeners.listeners, 3U);
  EXPECT_EQ(listeners.queue_length, 13U);
  EXPECT_EQ(listeners.queue_limit, 152U);
  EXPECT_DOUBLE_EQ(listeners.saturation, 1.5);
}

TEST_F(SocketAggregatorTest, ABacklogOfZeroIsAsFullAsOneOfOne) {
  const ProtocolTotals totals =
      Totals(Protocol::kTcp, {Listener("0.0.0.0:1", 0, 0), Listener("0.0.0.0:2", 1, 0)});
  EXPECT_DOUBLE_EQ(totals.listeners.begin()->second.saturation, 0);
  EXPECT_DOUBLE_EQ(totals.listeners.rbegin()->second.saturation, 1);
}

TEST_F(SocketAggregatorTest, TakesUnconnectedUdpAsListeningAndCountsItsQueues) {
  SocketRecord server = Udp("0.0.0.0:53");
  server.receive_queue = 640;
  const ProtocolTotals totals =
      Totals(Protocol::kUdp,
             {server, Udp("10.0.0.1:53", "10.0.0.2:40000"), Udp("10.0.0.1:40000", "10.0.0.2:53")});
  EXPECT_EQ(Of(2, totals, kIn).states[SocketState::kUnconnected], 1U);
  EXPECT_EQ(Of(2, totals, kIn).states[kUp], 1U);
  EXPECT_EQ(Of(2, totals, kOut).states[kUp], 1U);
  EXPECT_EQ(Of(2, totals, kIn).receive_queue_bytes, 640U);
  ASSERT_EQ(totals.listeners.size(), 1U);
  EXPECT_EQ(totals.listeners.begin()->second.listeners, 1U);
  EXPECT_EQ(totals.listeners.begin()->second.queue_length, 0U);
}

TEST_F(SocketAggregatorTest, NeverDropsAnUnknownState) {
  const ProtocolTotals totals =
      Totals(Protocol::kTcp, {Tcp(SocketState::kUnknown, "10.0.0.1:443", "10.0.0.2:50000")});
  EXPECT_EQ(totals.families[Index(Family::kIpv4)][SocketState::kUnknown], 1U);
  EXPECT_EQ(Https(totals, kIn).states[SocketState::kUnknown], 1U);
}

TEST_F(SocketAggregatorTest, CountsNoEphemeralPortsWhileTheirRangeIsAGuess) {
  EphemeralPorts ports;
  EXPECT_TRUE(
      SocketAggregator(Protocol::kTcp, matcher_, ports).TakeTotals().ephemeral_ports.has_value());
  ports.is_known = false;
  EXPECT_FALSE(
      SocketAggregator(Protocol::kTcp, matcher_, ports).TakeTotals().ephemeral_ports.has_value());
}

TEST(PortTable, HoldsEveryPortExactly) {
  PortTable ports;
  for (std::uint32_t port = 0; port < 65536; ++port) {
    ports.Increment(Port::FromHost(static_cast<std::uint16_t>(port)), kUp);
  }
  std::uint32_t expected = 0;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    EXPECT_EQ(port.Value(), expected++);
    EXPECT_EQ(counts.Total(), 1U);
  });
  EXPECT_EQ(expected, 65536U);
}

}  // namespace
}  // namespace sockdiag
