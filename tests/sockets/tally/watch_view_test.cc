#include "sockets/tally/watch_view.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

#include "sockets/tally/snapshot_builder.h"
#include "sockets/tally/socket_aggregator.h"
#include "tests/support/fake_clock.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::seconds;
using testing::Tcp;
constexpr auto kCloseWait = SocketState::kCloseWait;

ServiceRule Rule(const std::string& name, std::uint16_t port) {
  ServiceRule rule;
  rule.name = name;
  rule.ports = {{Port::FromHost(port), Port::FromHost(port)}};
  rule.direction = Direction::kOutbound;
  return rule;
}

Limits FewServices() {
  Limits limits;
  limits.services = 1;
  return limits;
}

/// Scrapes and samples, from sockets to the snapshot. Service a is port 1, b port 2, c port 3.
class WatchViewTest : public ::testing::Test {
 protected:
  static WatchOptions Options() {
    WatchOptions options;
    options.states = {SocketState::kSynSent, kCloseWait};
    options.stuck_after[Index(kCloseWait)] = seconds(60);
    return options;
  }
  SocketRecord Socket(std::uint16_t port, SocketState state = kCloseWait) {
    SocketRecord record = Tcp(state, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
    record.cookie = ++last_cookie_;
    return record;
  }
  void Sample(const std::vector<SocketRecord>& sockets) {
    auto pass = watch_.TryBegin();
    Classifier classifier(matcher_, EphemeralPorts().range);
    for (const SocketRecord& socket : sockets) pass->Observe(socket, classifier.Classify(socket));
    std::move(*pass).Commit();
  }
  Snapshot Scrape(const std::vector<SocketRecord>& sockets) {
    auto pass = watch_.TryBegin();
    SocketAggregator aggregator(Protocol::kTcp, matcher_, EphemeralPorts(), &*pass);
    for (const SocketRecord& socket : sockets) aggregator.Add(socket);
    std::move(*pass).Commit();
    TotalsByProtocol totals;
    totals[0] = std::make_shared<const ProtocolTotals>(std::move(aggregator).TakeTotals());
    const WatchReport report = watch_.Report();
    Snapshot snapshot = builder_->Build(totals, report, true, clock_.Now());
    watch_.Take(report);
    return snapshot;
  }
  static WatchedState Of(const Snapshot& snapshot, const std::string& name, SocketState state) {
    for (const WatchedState& watched : snapshot.watched) {
      if (watched.service_name == name && watched.state == state) return watched;
    }
    ADD_FAILURE() << name << " is not shown";
    return {};
  }

  testing::FakeClock clock_;
  std::uint64_t last_cookie_ = 0;
  ServiceMatcher matcher_{
      {Rule("a", 1)},
      {{{Protocol::kTcp, Port::FromHost(2)}, "b"}, {{Protocol::kTcp, Port::FromHost(3)}, "c"}}};
  StateWatch watch_{Options(), clock_};
  std::optional<SnapshotBuilder> builder_{std::in_place, matcher_, Limits(), Options().states};
};

TEST_F(WatchViewTest, ShowsConfiguredServicesInTheWatchedStatesOfTheirDirection) {
  const Snapshot snapshot = Scrape({});
  ASSERT_EQ(snapshot.watched.size(), 2U);
  EXPECT_EQ(Of(snapshot, "a", kCloseWait).peak, 0U);
  EXPECT_EQ(Of(snapshot, "a", SocketState::kSynSent).entries, 0U);
  EXPECT_EQ(snapshot.untracked_sockets, 0U);
}

TEST_F(WatchViewTest, ShowsStuckSocketsAndTheAgeOfTheOldest) {
  const SocketRecord old = Socket(1);
  Scrape({old});
  clock_.Advance(seconds(90));
  const Snapshot snapshot = Scrape({old, Socket(1)});
  EXPECT_EQ(Of(snapshot, "a", kCloseWait).stuck, 1U);
  EXPECT_DOUBLE_EQ(Of(snapshot, "a", kCloseWait).oldest_age_seconds, 90);
  const Snapshot closed = Scrape({});
  EXPECT_EQ(Of(closed, "a", kCloseWait).stuck, 0U);
  EXPECT_EQ(Of(closed, "a", kCloseWait).oldest_age_seconds, 0);
}

TEST_F(WatchViewTest, ABurstBetweenTwoScrapesShowsInPeakAndEntries) {
  Scrape({});
  Sample({Socket(2, SocketState::kSynSent), Socket(2, SocketState::kSynSent)});
  Sample({});
  const Snapshot snapshot = Scrape({});
  EXPECT_EQ(Of(snapshot, "b", SocketState::kSynSent).peak, 2U);
  EXPECT_EQ(Of(snapshot, "b", SocketState::kSynSent).entries, 2U);
}

TEST_F(WatchViewTest, EntriesOnlyGrow) {
  Scrape({});
  EXPECT_EQ(Of(Scrape({Socket(1)}), "a", kCloseWait).entries, 1U);
  EXPECT_EQ(Of(Scrape({Socket(1)}), "a", kCloseWait).entries, 2U);
  EXPECT_EQ(Of(Scrape({}), "a", kCloseWait).entries, 2U);
}

TEST_F(WatchViewTest, SumsFoldedServicesOfOneSampleForThePeak) {
  builder_.emplace(matcher_, FewServices(), Options().states);
  Scrape({});
  Sample({Socket(2), Socket(2)});
  clock_.Advance(seconds(1));
  Sample({Socket(2), Socket(3), Socket(3)});
  clock_.Advance(seconds(1));
  EXPECT_EQ(Of(Scrape({Socket(3)}), "other", kCloseWait).peak, 3U);
}

TEST_F(WatchViewTest, ShowsNothingWhenTheTcpDumpFailedAndKeepsWhatItCounted) {
  Scrape({Socket(1)});
  Scrape({Socket(1)});
  const Snapshot failed = builder_->Build({}, watch_.Report(), false, clock_.Now());
  EXPECT_TRUE(failed.watched.empty());
  EXPECT_FALSE(failed.untracked_sockets);
  EXPECT_EQ(Of(Scrape({}), "a", kCloseWait).entries, 1U);
}

TEST_F(WatchViewTest, CountsEphemeralPortsOfOutboundSockets) {
  SocketRecord first = Socket(1, SocketState::kTimeWait);
  SocketRecord second = Socket(1, SocketState::kEstablished);
  second.local.port = Port::FromHost(40001);
  SocketRecord elsewhere = Socket(2);
  SocketRecord outside = Socket(3);
  outside.local.port = Port::FromHost(1000);
  const Snapshot snapshot = Scrape({first, second, elsewhere, outside});
  ASSERT_TRUE(snapshot.ephemeral_ports);
  EXPECT_EQ(snapshot.ephemeral_ports->limit, 28232U);
  EXPECT_EQ(snapshot.ephemeral_ports->used, 2U);
  EXPECT_EQ(snapshot.ephemeral_ports->max_per_destination, 2U);
}

TEST(EphemeralUsage, LeavesReservedPortsOut) {
  EphemeralPorts ports;
  ports.reserved = {{Port::FromHost(1), Port::FromHost(32767)},
                    {Port::FromHost(40000), Port::FromHost(40009)}};
  EphemeralUsage usage(ports);
  usage.Add(Tcp(kCloseWait, "10.0.0.1:40000", "10.0.0.2:1"));
  usage.Add(Tcp(kCloseWait, "10.0.0.1:40010", "10.0.0.2:1"));
  EXPECT_EQ(usage.Totals().limit, 28222U);
  EXPECT_EQ(usage.Totals().used, 1U);
  EXPECT_EQ(usage.Totals().max_per_destination, 1U);
}

}  // namespace
}  // namespace sockdiag
