#include "sockets/tally/snapshot_builder.h"

#include <gtest/gtest.h>

#include <numeric>

#include "sockets/tally/socket_aggregator.h"
#include "tests/support/fake_clock.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Listener;
using testing::Tcp;
using testing::Udp;
using Records = std::vector<SocketRecord>;
constexpr auto kUp = SocketState::kEstablished;

ServiceRule Rule(const std::string& name, std::uint16_t port,
                 std::optional<Direction> direction = {}) {
  ServiceRule rule;
  rule.name = name;
  rule.ports = {{Port::FromHost(port), Port::FromHost(port)}};
  rule.direction = direction;
  return rule;
}

/// An outbound connection to the port.
SocketRecord To(std::uint16_t port) {
  return Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
}

class SnapshotBuilderTest : public ::testing::Test {
 protected:
  void Use(const std::vector<ServiceRule>& rules, const Limits& limits = {}) {
    matcher_ = std::make_unique<ServiceMatcher>(rules, ServicesDatabase());
    builder_ = std::make_unique<SnapshotBuilder>(*matcher_, limits);
  }
  Snapshot Build(const Records& tcp, const std::optional<Records>& udp = Records()) {
    TotalsByProtocol totals;
    totals[0] = Totals(Protocol::kTcp, tcp);
    if (udp) totals[1] = Totals(Protocol::kUdp, *udp);
    return builder_->Build(totals, WatchReport(), udp.has_value(), clock_.Now());
  }
  std::shared_ptr<const ProtocolTotals> Totals(Protocol protocol, const Records& records) {
    SocketAggregator aggregator(protocol, *matcher_, EphemeralPorts());
    for (const SocketRecord& record : records) aggregator.Add(record);
    return std::make_shared<const ProtocolTotals>(std::move(aggregator).TakeTotals());
  }

  /// "NAME/DIRECTION=SOCKETS(SERIES) " for each service and direction.
  static std::string Services(const Snapshot& snapshot) {
    std::map<std::string, std::pair<std::uint64_t, int>> services;
    for (const ServiceSocketCount& count : snapshot.service_sockets) {
      auto& [sockets, series] =
          services[std::string(Name(count.protocol)) + ":" + count.service_name + "/" +
                   std::string(Name(count.direction))];
      sockets += count.sockets;
      ++series;
    }
    std::string text;
    for (const auto& [name, figures] : services) {
      text +=
          name + "=" + std::to_string(figures.first) + "(" + std::to_string(figures.second) + ") ";
    }
    return text;
  }
  static std::string PortText(ShownPort port) {
    return port ? std::to_string(port->Value()) : "other";
  }
  static std::string Ports(const Snapshot& snapshot) {
    std::string text;
    for (const PortSocketCount& count : snapshot.port_sockets) {
      text += PortText(count.port) + "/" + std::string(Name(count.state)) + "=" +
              std::to_string(count.sockets) + " ";
    }
    return text;
  }
  template <typename Counts>
  static std::uint64_t Sum(const Counts& counts) {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& c) { return sum + c.sockets; });
  }

  testing::FakeClock clock_;
  std::unique_ptr<ServiceMatcher> matcher_;
  std::unique_ptr<SnapshotBuilder> builder_;
};

TEST_F(SnapshotBuilderTest, ShowsEveryStateOfEveryFamilyAtZero) {
  Use({});
  const Snapshot snapshot = Build({});
  EXPECT_EQ(snapshot.sockets.size(), 2 * 11 + 2 * 2U);
  EXPECT_EQ(Sum(snapshot.sockets), 0U);
  EXPECT_TRUE(snapshot.service_sockets.empty());
}

TEST_F(SnapshotBuilderTest, ShowsConfiguredServicesFromTheStart) {
  Use({Rule("any", 1), Rule("in", 2, Direction::kInbound), Rule("out", 3, Direction::kOutbound)});
  EXPECT_EQ(Services(Build({})),
            "tcp:any/inbound=0(10) tcp:any/outbound=0(9) tcp:in/inbound=0(10) "
            "tcp:out/outbound=0(9) ");
}

TEST_F(SnapshotBuilderTest, ShowsAServiceInAllStatesOnceSeenAndForTheRetention) {
  Use({});
  EXPECT_EQ(Services(Build({To(80)})), "tcp:other/outbound=1(9) ");
  clock_.Advance(Limits().retention);
  EXPECT_EQ(Services(Build({})), "tcp:other/outbound=0(9) ");
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Services(Build({})), "");
}

TEST_F(SnapshotBuilderTest, FoldsServicesBeyondTheLimitIntoOther) {
  Limits limits;
  limits.services = 2;
  Use({Rule("a", 1), Rule("b", 2), Rule("c", 3)}, limits);
  const Snapshot snapshot = Build({To(1), To(3), To(3), To(4)});
  EXPECT_EQ(Services(snapshot),
            "tcp:a/inbound=0(10) tcp:a/outbound=1(9) tcp:b/inbound=0(10) tcp:b/outbound=0(9) "
            "tcp:other/inbound=0(10) tcp:other/outbound=3(9) ");
  EXPECT_EQ(snapshot.folded_services, 1U);
}

TEST_F(SnapshotBuilderTest, ARuleMayNameOther) {
  Use({Rule("other", 1)});
  EXPECT_EQ(Services(Build({To(1), To(2)})), "tcp:other/inbound=0(10) tcp:other/outbound=2(9) ");
}

TEST_F(SnapshotBuilderTest, FoldsPortsBeyondTheLimitOfEachDirection) {
  Limits limits;
  limits.ports = 2;
  Use({}, limits);
  const Snapshot snapshot = Build({Listener("0.0.0.0:22"), To(1), To(2), To(2), To(3)});
  EXPECT_EQ(Ports(snapshot), "22/listen=1 other/established=1 1/established=1 2/established=2 ");
  EXPECT_EQ(snapshot.folded_ports, 1U);
}

TEST_F(SnapshotBuilderTest, KeepsEachStateOfAPortAtZeroForTheRetention) {
  Use({});
  Build({To(80)});
  SocketRecord waiting = To(80);
  waiting.state = SocketState::kCloseWait;
  clock_.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Ports(Build({waiting})), "80/established=0 80/close_wait=1 ");
  clock_.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Ports(Build({})), "80/close_wait=0 ");
  clock_.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Ports(Build({})), "");
}

TEST_F(SnapshotBuilderTest, AScanLeavesNothingBehind) {
  Use({});
  Records scan;
  for (int port = 1; port <= 60'000; ++port) scan.push_back(To(static_cast<std::uint16_t>(port)));
  const Snapshot during = Build(scan);
  EXPECT_EQ(during.port_sockets.size(), 101U);
  EXPECT_EQ(during.folded_ports, 59'900U);
  EXPECT_EQ(Sum(during.port_sockets), 60'000U);
  clock_.Advance(Limits().retention + std::chrono::seconds(1));
  const Snapshot after = Build({To(65'000)});
  EXPECT_EQ(Ports(after), "65000/established=1 ");
  EXPECT_EQ(after.folded_ports, 0U);
}

TEST_F(SnapshotBuilderTest, EverySocketIsInEveryViewExactlyOnce) {
  Limits limits;
  limits.services = 1;
  limits.ports = 1;
  Use({Rule("a", 1), Rule("b", 2)}, limits);
  const Snapshot snapshot =
      Build({Listener("0.0.0.0:1"), Listener("[::]:2"), To(1), To(2), To(3),
             Tcp(SocketState::kUnknown, "10.0.0.1:5", "10.0.0.2:6")},
            Records{Udp("0.0.0.0:1"), Udp("0.0.0.0:2"), Udp("10.0.0.1:40000", "10.0.0.2:53")});
  EXPECT_EQ(Sum(snapshot.sockets), 9U);
  EXPECT_EQ(Sum(snapshot.service_sockets), 9U);
  EXPECT_EQ(Sum(snapshot.port_sockets), 9U);
}

TEST_F(SnapshotBuilderTest, GroupsListenersByShownPortAndService) {
  Limits limits;
  limits.ports = 1;
  Use({Rule("web", 80)}, limits);
  const Snapshot snapshot = Build({Listener("0.0.0.0:80", 5, 10), Listener("[::]:80", 1, 10),
                                   Listener("0.0.0.0:81", 2, 4), Listener("0.0.0.0:82", 0, 4)},
                                  Records{Udp("0.0.0.0:53")});
  ASSERT_EQ(snapshot.listeners.size(), 3U);
  const ListenerGroup& other = snapshot.listeners[0];
  EXPECT_EQ(PortText(other.port) + other.service_name, "otherother");
  EXPECT_EQ(other.listeners, 2U);
  EXPECT_EQ(other.queue_limit, 8U);
  EXPECT_DOUBLE_EQ(other.saturation, 0.5);
  const ListenerGroup& web = snapshot.listeners[1];
  EXPECT_EQ(PortText(web.port) + web.service_name, "80web");
  EXPECT_EQ(web.listeners, 2U);
  EXPECT_EQ(web.queue_length, 6U);
  EXPECT_EQ(snapshot.listeners[2].protocol, Protocol::kUdp);
}

TEST_F(SnapshotBuilderTest, AListenerThatWentIsShownAtZero) {
  Use({});
  Build({Listener("0.0.0.0:80", 5, 10)});
  const Snapshot snapshot = Build({});
  ASSERT_EQ(snapshot.listeners.size(), 1U);
  EXPECT_EQ(snapshot.listeners[0].listeners, 0U);
  EXPECT_DOUBLE_EQ(snapshot.listeners[0].saturation, 0);
}

TEST_F(SnapshotBuilderTest, LeavesAFailedProtocolOutAndKeepsItsNames) {
  Use({});
  Build({To(80)}, Records{Udp("0.0.0.0:53")});
  clock_.Advance(Limits().retention * 2);
  const Snapshot failed = Build({To(80)}, std::nullopt);
  EXPECT_EQ(failed.sockets.size(), 22U);
  EXPECT_EQ(Services(failed), "tcp:other/outbound=1(9) ");
  EXPECT_EQ(Ports(failed), "80/established=1 ");
  EXPECT_TRUE(failed.listeners.empty());
}

TEST_F(SnapshotBuilderTest, AProtocolThatFailsForGoodDoesNotHoldNamesForGood) {
  Limits limits;
  limits.services = 1;
  matcher_ = std::make_unique<ServiceMatcher>(
      std::vector<ServiceRule>(), ServicesDatabase{{{Protocol::kTcp, Port::FromHost(1)}, "a"},
                                                   {{Protocol::kTcp, Port::FromHost(2)}, "b"}});
  builder_ = std::make_unique<SnapshotBuilder>(*matcher_, limits);
  Build({To(1)}, std::nullopt);
  clock_.Advance(limits.retention);
  EXPECT_EQ(Build({To(2)}, std::nullopt).folded_services, 1U);
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Build({To(2)}, std::nullopt).folded_services, 0U);
}

}  // namespace
}  // namespace sockdiag
