#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "sockets/naming/admitted_names.h"
#include "sockets/tally/snapshot_builder.h"
#include "sockets/tally/socket_aggregator.h"
#include "sockets/watch/state_watch.h"
#include "tests/support/fake_clock.h"
#include "tests/support/records.h"

/// What one configuration leaves to the next.

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Tcp;
constexpr auto kCloseWait = SocketState::kCloseWait;
constexpr auto kSynSent = SocketState::kSynSent;

ServiceRule Rule(const std::string& name, std::uint16_t port) {
  ServiceRule rule;
  rule.name = name;
  rule.ports = {{Port::FromHost(port), Port::FromHost(port)}};
  return rule;
}

/// An outbound socket.
SocketRecord To(std::uint16_t port, std::uint64_t cookie, SocketState state = kCloseWait) {
  SocketRecord record = Tcp(state, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
  record.cookie = cookie;
  return record;
}

/// One configuration at work: what dumps show to it, and what it shows of them.
class Generation {
 public:
  struct Options {
    std::vector<ServiceRule> rules = {};
    StateSet states = {kCloseWait};
    Limits limits = {};
    std::size_t max_tracked_sockets = 100;
    minutes peak_window{1};
    ServicesDatabase database = {};
  };

  Generation(const Options& options, const Clock& clock)
      : clock_(clock),
        matcher_(options.rules, options.database),
        watch_(Watched(options), clock),
        builder_(matcher_, options.limits, options.states) {}

  Snapshot Scrape(const std::vector<SocketRecord>& sockets) {
    auto pass = watch_.TryBegin();
    SocketAggregator aggregator(Protocol::kTcp, matcher_, EphemeralPorts(),
                                pass ? &*pass : nullptr);
    for (const SocketRecord& socket : sockets) aggregator.Add(socket);
    if (pass) std::move(*pass).Commit();
    TotalsByProtocol totals;
    totals[0] = std::make_shared<const ProtocolTotals>(std::move(aggregator).TakeTotals());
    const WatchReport report = watch_.Report();
    Snapshot snapshot = builder_.Build(totals, report, true, clock_.Now());
    watch_.Take(report);
    return snapshot;
  }
  void TakeOver(Generation& before) {
    watch_.TakeOver(before.watch_, before.watch_.TryBegin().value(),
                    Translate(before.matcher_, matcher_));
    builder_.TakeOver(before.builder_);
  }
  StateWatch& watch() { return watch_; }

 private:
  static WatchOptions Watched(const Options& options) {
    WatchOptions watched;
    watched.states = options.states;
    watched.stuck_after[Index(kCloseWait)] = seconds(60);
    watched.max_tracked_sockets = options.max_tracked_sockets;
    watched.peak_window = options.peak_window;
    return watched;
  }

  const Clock& clock_;
  ServiceMatcher matcher_;
  StateWatch watch_;
  SnapshotBuilder builder_;
};

WatchedState Of(const Snapshot& snapshot, const std::string& name, SocketState state = kCloseWait) {
  for (const WatchedState& watched : snapshot.watched) {
    if (watched.service_name == name && watched.direction == Direction::kOutbound &&
        watched.state == state) {
      return watched;
    }
  }
  ADD_FAILURE() << name << " is not shown in " << Name(state);
  return {};
}

bool ShowsService(const Snapshot& snapshot, const std::string& name) {
  for (const ServiceSocketCount& count : snapshot.service_sockets) {
    if (count.service_name == name) return true;
  }
  return false;
}

std::set<std::string> Ports(const Snapshot& snapshot) {
  std::set<std::string> ports;
  for (const PortSocketCount& count : snapshot.port_sockets) ports.insert(Name(count.port));
  return ports;
}

class TakeOver : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
};

TEST_F(TakeOver, AgesCountersAndPeaksGoOn) {
  Generation before({.rules = {Rule("db", 1)}}, clock_);
  static_cast<void>(before.Scrape({}));
  static_cast<void>(before.Scrape({To(1, 1), To(1, 2)}));
  clock_.Advance(seconds(40));
  // Entries that no scrape has shown yet.
  Generation after({.rules = {Rule("web", 2), Rule("db", 1)}}, clock_);
  after.TakeOver(before);
  clock_.Advance(seconds(40));
  const WatchedState db = Of(after.Scrape({To(1, 1), To(1, 3)}), "db");
  EXPECT_EQ(db.stuck, 1U);
  EXPECT_EQ(db.oldest_age_seconds, 80);
  EXPECT_EQ(db.entries, 3U) << "two before, one after";
  EXPECT_EQ(db.peak, 2U);
}

TEST_F(TakeOver, EntriesThatNoScrapeHasShownAreNotLostAndNotCountedTwice) {
  Generation before({.rules = {Rule("db", 1)}}, clock_);
  static_cast<void>(before.Scrape({}));
  {
    auto pass = before.watch().TryBegin();
    pass->Observe(To(1, 1), {Direction::kOutbound, Port::FromHost(1), ServiceId{1}});
    std::move(*pass).Commit();
  }
  Generation after({.rules = {Rule("db", 1)}}, clock_);
  after.TakeOver(before);
  EXPECT_EQ(Of(after.Scrape({To(1, 1)}), "db").entries, 1U);
  EXPECT_EQ(Of(before.Scrape({To(1, 1)}), "db").entries, 1U) << "a scrape that was under way";
}

TEST_F(TakeOver, ASocketIsShownUnderTheNameThatTheNewRulesGiveItWithItsAge) {
  Generation before({.rules = {Rule("db", 1)}}, clock_);
  static_cast<void>(before.Scrape({}));
  static_cast<void>(before.Scrape({To(1, 1)}));
  clock_.Advance(seconds(100));
  Generation after({.rules = {Rule("postgres", 1)}}, clock_);
  after.TakeOver(before);
  const WatchedState postgres = Of(after.Scrape({To(1, 1)}), "postgres");
  EXPECT_EQ(postgres.stuck, 1U);
  EXPECT_EQ(postgres.entries, 0U) << "it did not come to the state, its name is new";
  const WatchedState again = Of(after.Scrape({To(1, 1), To(1, 2)}), "postgres");
  EXPECT_EQ(again.entries, 1U);
}

TEST_F(TakeOver, WhoIsInANewlyWatchedStateCameAtAnUnknownTime) {
  Generation before({.rules = {Rule("db", 1)}}, clock_);
  static_cast<void>(before.Scrape({}));
  Generation after({.rules = {Rule("db", 1)}, .states = {kCloseWait, kSynSent}}, clock_);
  after.TakeOver(before);
  const Snapshot first = after.Scrape({To(1, 1, kSynSent), To(1, 2)});
  EXPECT_EQ(Of(first, "db", kSynSent).entries, 0U);
  EXPECT_EQ(Of(first, "db", kCloseWait).entries, 1U);
  EXPECT_EQ(Of(after.Scrape({To(1, 1, kSynSent), To(1, 3, kSynSent)}), "db", kSynSent).entries, 1U);
}

TEST_F(TakeOver, AStateThatIsNoLongerWatchedIsForgotten) {
  Generation before({.rules = {Rule("db", 1)}, .states = {kCloseWait, kSynSent}}, clock_);
  static_cast<void>(before.Scrape({To(1, 1, kSynSent)}));
  Generation after({.rules = {Rule("db", 1)}}, clock_);
  after.TakeOver(before);
  const Snapshot snapshot = after.Scrape({To(1, 1, kSynSent)});
  for (const WatchedState& watched : snapshot.watched) EXPECT_EQ(watched.state, kCloseWait);
}

TEST_F(TakeOver, NamesKeepTheirPlacesAndTheirZeros) {
  const ServicesDatabase database = {{{Protocol::kTcp, Port::FromHost(1)}, "one"},
                                     {{Protocol::kTcp, Port::FromHost(2)}, "two"}};
  Limits limits;
  limits.services = 1;
  limits.ports = 1;
  Generation before({.limits = limits, .database = database}, clock_);
  EXPECT_TRUE(ShowsService(before.Scrape({To(1, 1)}), "one"));
  Generation after({.limits = limits, .database = database}, clock_);
  after.TakeOver(before);
  const Snapshot snapshot = after.Scrape({To(2, 2), To(2, 3)});
  EXPECT_TRUE(ShowsService(snapshot, "one"));
  EXPECT_FALSE(ShowsService(snapshot, "two")) << "the place is taken";
  EXPECT_EQ(Ports(snapshot), (std::set<std::string>{"1", "other"}));
  EXPECT_EQ(snapshot.folded_services, 1U);
}

TEST_F(TakeOver, ALowerLimitHoldsAtOnce) {
  const ServicesDatabase database = {{{Protocol::kTcp, Port::FromHost(1)}, "one"},
                                     {{Protocol::kTcp, Port::FromHost(2)}, "two"}};
  Generation before({.database = database}, clock_);
  static_cast<void>(before.Scrape({To(1, 1), To(2, 2)}));
  clock_.Advance(seconds(1));
  static_cast<void>(before.Scrape({To(2, 2)}));
  Limits limits;
  limits.services = 1;
  limits.ports = 1;
  Generation after({.limits = limits, .database = database}, clock_);
  after.TakeOver(before);
  const Snapshot snapshot = after.Scrape({To(1, 1), To(2, 2)});
  EXPECT_TRUE(ShowsService(snapshot, "two")) << "it was last in use";
  EXPECT_FALSE(ShowsService(snapshot, "one"));
  EXPECT_EQ(Ports(snapshot), (std::set<std::string>{"2", "other"}));
}

TEST_F(TakeOver, ANameThatNoRuleGivesAnyMoreGoes) {
  Generation before({.rules = {Rule("db", 1)}}, clock_);
  static_cast<void>(before.Scrape({To(1, 1)}));
  Generation after({}, clock_);
  after.TakeOver(before);
  const Snapshot snapshot = after.Scrape({To(1, 1)});
  EXPECT_FALSE(ShowsService(snapshot, "db"));
  EXPECT_EQ(Of(snapshot, "other").oldest_age_seconds, 0);
}

TEST_F(TakeOver, ALowerLimitOfTrackedSocketsTakesNoNewcomers) {
  Generation before({.rules = {Rule("db", 1)}}, clock_);
  static_cast<void>(before.Scrape({To(1, 1), To(1, 2)}));
  Generation after({.rules = {Rule("db", 1)}, .max_tracked_sockets = 1}, clock_);
  after.TakeOver(before);
  EXPECT_EQ(after.Scrape({To(1, 1), To(1, 2), To(1, 3)}).untracked_sockets, 1U);
}

TEST_F(TakeOver, WaitsForAPassThatIsUnderWay) {
  Generation before({}, clock_);
  auto pass = before.watch().TryBegin();
  EXPECT_FALSE(before.watch().Begin(milliseconds(1)));
  std::move(pass.value()).Commit();
  EXPECT_TRUE(before.watch().Begin(milliseconds(1)));
}

TEST_F(TakeOver, NobodyPassesOverAWatchThatWasTakenOver) {
  Generation before({}, clock_);
  Generation after({}, clock_);
  after.TakeOver(before);
  EXPECT_FALSE(before.watch().TryBegin());
  EXPECT_TRUE(after.watch().TryBegin());
}

}  // namespace
}  // namespace sockdiag
