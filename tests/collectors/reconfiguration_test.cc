// What one configuration leaves to the next.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using std::chrono::seconds;
using testing::FiguresOf;
using testing::Rule;
using testing::SocketConfiguration;
using testing::SocketScrapes;
using testing::Tcp;
using testing::ValueOf;
using Records = std::vector<SocketRecord>;
constexpr auto kCloseWait = SocketState::kCloseWait;
constexpr auto kSynSent = SocketState::kSynSent;

const ServicesDatabase kOneAndTwo = {{{Protocol::kTcp, Port::FromHost(1)}, "one"},
                                     {{Protocol::kTcp, Port::FromHost(2)}, "two"}};

/// An outbound socket.
SocketRecord To(std::uint16_t port, std::uint64_t cookie, SocketState state = kCloseWait) {
  SocketRecord record = Tcp(state, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
  record.cookie = cookie;
  return record;
}

WatchOptions Watching(StateSet states = {kCloseWait}, std::size_t max_tracked_sockets = 100) {
  WatchOptions options;
  options.states = states;
  options.stuck_after[Index(kCloseWait)] = seconds(60);
  options.max_tracked_sockets = max_tracked_sockets;
  return options;
}

/// One rule.
SocketConfiguration Named(const std::string& name, const WatchOptions& watch = Watching()) {
  return {.rules = {Rule(name, 1)}, .watch = watch};
}

testing::WatchedFigures Of(const Samples& samples, const std::string& name,
                           SocketState state = kCloseWait) {
  return testing::WatchedOf(samples, name, Direction::kOutbound, state);
}

bool ShowsService(const Samples& samples, const std::string& name) {
  bool is_shown = false;
  samples.ForEach(ServiceTally::kServiceSockets,
                  [&](double, auto labels) { is_shown = is_shown || labels[1].value == name; });
  return is_shown;
}

std::set<std::string> Ports(const Samples& samples) {
  std::set<std::string> ports;
  samples.ForEach(PortTally::kPortSockets,
                  [&](double, auto labels) { ports.insert(labels[1].value); });
  return ports;
}

TEST(Reconfiguration, AgesCountersAndPeaksGoOn) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  static_cast<void>(scrapes.Scrape(Records{To(1, 1), To(1, 2)}));
  scrapes.clock.Advance(seconds(40));
  scrapes.Use({.rules = {Rule("web", 2), Rule("db", 1)}, .watch = Watching()});
  scrapes.clock.Advance(seconds(40));
  const testing::WatchedFigures db = Of(scrapes.Scrape(Records{To(1, 1), To(1, 3)}), "db");
  EXPECT_EQ(db.stuck, 1);
  EXPECT_EQ(db.oldest_age_seconds, 80);
  EXPECT_EQ(db.entries, 3) << "two before, one after";
  EXPECT_EQ(db.peak, 2);
}

TEST(Reconfiguration, EntriesThatNoScrapeHasShownAreNotLostAndNotCountedTwice) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  scrapes.Sample({To(1, 1)});
  scrapes.Use(Named("db"));
  EXPECT_EQ(Of(scrapes.Scrape(Records{To(1, 1)}), "db").entries, 1);
  EXPECT_EQ(Of(scrapes.Scrape(Records{To(1, 1)}), "db").entries, 1);
}

TEST(Reconfiguration, APassByTheRulesBeforeDoesNotCount) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  StateWatch::Pass before = scrapes.Look({To(1, 1)});
  scrapes.Use(Named("postgres"));
  static_cast<void>(scrapes.Scrape(Records()));
  std::move(before).Commit();
  EXPECT_EQ(Of(scrapes.Scrape(Records{To(1, 1)}), "postgres").entries, 1);
}

TEST(Reconfiguration, ASocketIsShownUnderTheNameThatTheNewRulesGiveItWithItsAge) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  static_cast<void>(scrapes.Scrape(Records{To(1, 1)}));
  scrapes.clock.Advance(seconds(100));
  scrapes.Use(Named("postgres"));
  const testing::WatchedFigures postgres = Of(scrapes.Scrape(Records{To(1, 1)}), "postgres");
  EXPECT_EQ(postgres.stuck, 1);
  EXPECT_EQ(postgres.entries, 0) << "it did not come to the state, its name is new";
  EXPECT_EQ(Of(scrapes.Scrape(Records{To(1, 1), To(1, 2)}), "postgres").entries, 1);
}

TEST(Reconfiguration, WhoIsInANewlyWatchedStateCameAtAnUnknownTime) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  scrapes.Use(Named("db", Watching({kCloseWait, kSynSent})));
  const Samples first = scrapes.Scrape(Records{To(1, 1, kSynSent), To(1, 2)});
  EXPECT_EQ(Of(first, "db", kSynSent).entries, 0);
  EXPECT_EQ(Of(first, "db", kCloseWait).entries, 1);
  const Samples second = scrapes.Scrape(Records{To(1, 1, kSynSent), To(1, 3, kSynSent)});
  EXPECT_EQ(Of(second, "db", kSynSent).entries, 1);
}

TEST(Reconfiguration, AStateThatIsNoLongerWatchedIsForgotten) {
  SocketScrapes scrapes(Named("db", Watching({kCloseWait, kSynSent})));
  static_cast<void>(scrapes.Scrape(Records{To(1, 1, kSynSent)}));
  scrapes.Use(Named("db"));
  const Samples samples = scrapes.Scrape(Records{To(1, 1, kSynSent)});
  for (const auto& [labels, value] : FiguresOf(samples, WatchFiguresByName::kStuckSockets)) {
    EXPECT_TRUE(labels.ends_with("close_wait")) << labels;
  }
}

TEST(Reconfiguration, NamesKeepTheirPlacesAndTheirZeros) {
  const SocketConfiguration few{.database = kOneAndTwo, .limits = {.services = 1, .ports = 1}};
  SocketScrapes scrapes(few);
  EXPECT_TRUE(ShowsService(scrapes.Scrape(Records{To(1, 1)}), "one"));
  scrapes.Use(few);
  const Samples samples = scrapes.Scrape(Records{To(2, 2), To(2, 3)});
  EXPECT_TRUE(ShowsService(samples, "one"));
  EXPECT_FALSE(ShowsService(samples, "two")) << "the place is taken";
  EXPECT_EQ(Ports(samples), (std::set<std::string>{"1", "other"}));
  EXPECT_EQ(ValueOf(samples, kFoldedKeys, "services"), 1);
}

TEST(Reconfiguration, ALowerLimitHoldsAtOnce) {
  SocketScrapes scrapes({.database = kOneAndTwo});
  static_cast<void>(scrapes.Scrape(Records{To(1, 1), To(2, 2)}));
  scrapes.clock.Advance(seconds(1));
  static_cast<void>(scrapes.Scrape(Records{To(2, 2)}));
  scrapes.Use({.database = kOneAndTwo, .limits = {.services = 1, .ports = 1}});
  const Samples samples = scrapes.Scrape(Records{To(1, 1), To(2, 2)});
  EXPECT_TRUE(ShowsService(samples, "two")) << "it was last in use";
  EXPECT_FALSE(ShowsService(samples, "one"));
  EXPECT_EQ(Ports(samples), (std::set<std::string>{"2", "other"}));
}

TEST(Reconfiguration, ANameThatNoRuleGivesAnyMoreGoes) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records{To(1, 1)}));
  scrapes.Use({.watch = Watching()});
  const Samples samples = scrapes.Scrape(Records{To(1, 1)});
  EXPECT_FALSE(ShowsService(samples, "db"));
  EXPECT_EQ(Of(samples, "other").oldest_age_seconds, 0);
}

TEST(Reconfiguration, EntriesOfANameThatIsGoneDoNotBringItBack) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  scrapes.Sample({To(1, 1)});
  scrapes.Use(Named("postgres"));
  EXPECT_FALSE(ShowsService(scrapes.Scrape(Records{To(1, 1)}), "db"));
}

TEST(Reconfiguration, ACollectionOfTheRulesBeforeLeavesNoTrace) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  const SocketMemory::Round before = scrapes.Count(Records{To(1, 1)});
  scrapes.Use(Named("postgres"));
  EXPECT_EQ(ValueOf(scrapes.Show(before), FamilyTally::kSockets, "tcp ipv4 close_wait"), 1);
  EXPECT_FALSE(ShowsService(scrapes.Scrape(Records{To(1, 1)}), "db"));
}

TEST(Reconfiguration, APassThatBeganBeforeItDoesNotCountByTheNewRulesEither) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records()));
  const std::uint64_t next = scrapes.memory.NewGeneration();
  StateWatch::Pass early = scrapes.memory.watch().Begin(next);
  scrapes.memory.watch().Configure(Watching({kCloseWait, kSynSent}), next);
  std::move(early).Commit();
  scrapes.Use(Named("db", Watching({kCloseWait, kSynSent})));
  const Samples samples = scrapes.Scrape(Records{To(1, 1, kSynSent)});
  EXPECT_EQ(Of(samples, "db", kSynSent).entries, 0) << "nobody has looked at this state before";
}

TEST(Reconfiguration, ALowerLimitOfTrackedSocketsForgetsNobodysAge) {
  SocketScrapes scrapes(Named("db"));
  Records sockets;
  for (std::uint64_t cookie = 1; cookie <= 10; ++cookie) sockets.push_back(To(1, cookie));
  static_cast<void>(scrapes.Scrape(sockets));
  scrapes.clock.Advance(seconds(100));
  scrapes.Use(Named("db", Watching({kCloseWait}, 2)));
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Of(scrapes.Scrape(sockets), "db").stuck, 10);
  }
}

TEST(Reconfiguration, ALowerLimitOfTrackedSocketsTakesNoNewcomers) {
  SocketScrapes scrapes(Named("db"));
  static_cast<void>(scrapes.Scrape(Records{To(1, 1), To(1, 2)}));
  scrapes.Use(Named("db", Watching({kCloseWait}, 1)));
  const Samples samples = scrapes.Scrape(Records{To(1, 1), To(1, 2), To(1, 3)});
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kUntrackedSockets), 1);
}

/// On ports that say nothing.
SocketRecord Accepted(SocketState state) {
  SocketRecord record = Tcp(state, "10.0.0.1:40000", "10.0.0.2:50000");
  record.cookie = 7;
  return record;
}

std::string OnlyPort(const Samples& samples) {
  const testing::Figures ports = testing::NonZero(FiguresOf(samples, PortTally::kPortSockets));
  return ports.size() == 1 ? ports.begin()->first : std::to_string(ports.size()) + " ports";
}

TEST(Reconfiguration, ListenersThatHaveGoneStayKnown) {
  SocketScrapes scrapes(Named("a"));
  scrapes.Scrape(Records{testing::Listener("0.0.0.0:40000"), Accepted(SocketState::kEstablished)});
  scrapes.Use(Named("b"));
  EXPECT_EQ(OnlyPort(scrapes.Scrape(Records{Accepted(SocketState::kEstablished)})),
            "tcp 40000 inbound established");
}

TEST(Reconfiguration, TheDirectionOfAFollowedSocketStaysKnown) {
  const WatchOptions watch = Watching({kSynSent, kCloseWait});
  SocketScrapes scrapes(Named("a", watch));
  SocketRecord socket = Accepted(kSynSent);
  socket.local.port = Port::FromHost(980);
  EXPECT_EQ(OnlyPort(scrapes.Scrape(Records{socket})), "tcp 50000 outbound syn_sent");
  socket.state = kCloseWait;
  scrapes.Use(Named("b", watch));
  EXPECT_EQ(OnlyPort(scrapes.Scrape(Records{socket})), "tcp 50000 outbound close_wait");
  socket.cookie = 8;
  EXPECT_EQ(OnlyPort(scrapes.Scrape(Records{socket})), "tcp 980 inbound close_wait");
}

/// What a rule said of a socket is no fact: the rules that are in force say it anew.
TEST(Reconfiguration, TheDirectionThatARuleGaveGoesWithTheRule) {
  SocketConfiguration outbound{.rules = {Rule("theirs", 50000)}, .watch = Watching()};
  SocketScrapes scrapes(outbound);
  EXPECT_EQ(OnlyPort(scrapes.Scrape(Records{Accepted(kCloseWait)})),
            "tcp 50000 outbound close_wait");
  scrapes.Use({.rules = {Rule("ours", 40000)}, .watch = Watching()});
  EXPECT_EQ(OnlyPort(scrapes.Scrape(Records{Accepted(kCloseWait)})),
            "tcp 40000 inbound close_wait");
}

}  // namespace
}  // namespace sockdiag
