// `services_fallback: number`: a service port that nothing names is its own name.
#include <gtest/gtest.h>

#include <string>

#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::NonZero;
using testing::Rule;
using testing::SocketConfiguration;
using testing::SocketScrapes;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using Records = std::vector<SocketRecord>;
constexpr auto kUp = SocketState::kEstablished;
constexpr auto kCloseWait = SocketState::kCloseWait;
constexpr auto kSynSent = SocketState::kSynSent;

SocketConfiguration Numbered(std::vector<ServiceRule> rules = {}) {
  WatchOptions watch;
  watch.states = {kCloseWait, kSynSent};
  watch.stuck_after[Index(kCloseWait)] = std::chrono::seconds(60);
  return {.rules = std::move(rules),
          .database = {{{Protocol::kTcp, Port::FromHost(80)}, "http"}},
          .fallback = ServicesFallback::kNumber,
          .watch = watch};
}

/// An outbound connection.
SocketRecord To(std::uint16_t port, SocketState state = kUp, std::uint64_t cookie = 0) {
  SocketRecord record = Tcp(state, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
  record.cookie = cookie;
  return record;
}

Figures Services(const Samples& samples) {
  return FiguresOf(samples, ServiceTally::kServiceSockets);
}

TEST(NumberNames, AreShownInTheStatesThatWereSeenAndNoOther) {
  SocketScrapes scrapes(Numbered());
  EXPECT_EQ(Services(scrapes.Scrape(
                Records{Listener("0.0.0.0:9200"), To(9092), To(9092, SocketState::kTimeWait)},
                Records{Udp("0.0.0.0:8125"), Udp("10.0.0.1:40000", "10.0.0.2:8125")})),
            (Figures{{"tcp 9200 inbound listen", 1},
                     {"tcp 9092 outbound established", 1},
                     {"tcp 9092 outbound time_wait", 1},
                     {"udp 8125 inbound unconnected", 1},
                     {"udp 8125 outbound established", 1}}));
}

TEST(NumberNames, KeepEachStateAtZeroForTheRetention) {
  SocketScrapes scrapes(Numbered());
  static_cast<void>(scrapes.Scrape(Records{To(9092)}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Services(scrapes.Scrape(Records{To(9092, kCloseWait)})),
            (Figures{{"tcp 9092 outbound established", 0}, {"tcp 9092 outbound close_wait", 1}}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Services(scrapes.Scrape(Records())), (Figures{{"tcp 9092 outbound close_wait", 0}}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Services(scrapes.Scrape(Records())), Figures());
}

TEST(NumberNames, GoWithRulesAndTheDatabaseBeforeThem) {
  SocketScrapes scrapes(Numbered({Rule("search", 9200)}));
  EXPECT_EQ(NonZero(Services(scrapes.Scrape(Records{To(9200), To(80), To(9300)}))),
            (Figures{{"tcp search outbound established", 1},
                     {"tcp http outbound established", 1},
                     {"tcp 9300 outbound established", 1}}));
}

TEST(NumberNames, ARuleMayStillSayOther) {
  SocketScrapes scrapes(Numbered({Rule("other", 9200)}));
  EXPECT_EQ(NonZero(Services(scrapes.Scrape(Records{To(9200)}))),
            (Figures{{"tcp other outbound established", 1}}));
}

/// The rule's name has its place for good and all its zeros, and the port that it does not name
/// counts under the same name.
TEST(NumberNames, ARuleThatGivesOneMakesItItsOwn) {
  SocketScrapes scrapes(Numbered({Rule("9200", 9201, Direction::kOutbound)}));
  EXPECT_EQ(Services(scrapes.Scrape(Records())).size(), 9U) << "every state of the direction";
  const Samples samples = scrapes.Scrape(Records{To(9200), To(9201)});
  EXPECT_EQ(NonZero(Services(samples)), (Figures{{"tcp 9200 outbound established", 2}}));
  EXPECT_EQ(Services(samples).size(), 9U);
  scrapes.clock.Advance(Limits().retention * 2);
  EXPECT_EQ(Services(scrapes.Scrape(Records())).size(), 9U);
}

TEST(NumberNames, AFullHouseOfThemLeavesTheRulesNumberItsPlace) {
  SocketConfiguration configuration = Numbered({Rule("9200", 9200)});
  configuration.limits.services = 1;
  SocketScrapes scrapes(configuration);
  EXPECT_EQ(NonZero(Services(scrapes.Scrape(Records{To(9200), To(9300), To(9300)}))),
            (Figures{{"tcp 9200 outbound established", 1}, {"tcp other outbound established", 2}}));
}

TEST(NumberNames, OddPeersInTheEphemeralRangeHaveNone) {
  SocketScrapes scrapes(Numbered());
  Records peers;
  for (std::uint16_t port = 32768; port < 33000; ++port) peers.push_back(To(port));
  const Samples samples =
      scrapes.Scrape(peers, Records{Udp("0.0.0.0:40000"), Udp("10.0.0.1:40001", "10.0.0.2:40002")});
  EXPECT_EQ(NonZero(Services(samples)), (Figures{{"tcp other outbound established", 232},
                                                 {"udp other inbound unconnected", 1},
                                                 {"udp other outbound established", 1}}));
  EXPECT_EQ(ValueOf(samples, kFoldedKeys, "services"), 0);
}

TEST(NumberNames, APortInTheEphemeralRangeHasOneWhileItIsListenedOn) {
  SocketScrapes scrapes(Numbered());
  const Records served{Listener("127.0.0.1:50051"), Tcp(kUp, "127.0.0.1:50051", "127.0.0.1:40000"),
                       Tcp(kUp, "127.0.0.1:40000", "127.0.0.1:50051")};
  EXPECT_EQ(Services(scrapes.Scrape(served)), (Figures{{"tcp 50051 inbound listen", 1},
                                                       {"tcp 50051 inbound established", 1},
                                                       {"tcp 50051 outbound established", 1}}));
  const Samples after = scrapes.Scrape(Records{To(50051)});
  EXPECT_EQ(NonZero(Services(after)), (Figures{{"tcp other outbound established", 1}}));
}

TEST(NumberNames, WhatAListenerLeavesBehindKeepsItsNumber) {
  SocketScrapes scrapes(Numbered());
  SocketRecord accepted = Tcp(kUp, "10.0.0.1:50051", "10.0.0.2:40000");
  accepted.cookie = 1;
  static_cast<void>(scrapes.Scrape(Records{Listener("0.0.0.0:50051"), accepted}));
  accepted.state = kCloseWait;
  EXPECT_EQ(NonZero(Services(scrapes.Scrape(Records{accepted, To(50051)}))),
            (Figures{{"tcp 50051 inbound close_wait", 1}, {"tcp other outbound established", 1}}));
}

TEST(NumberNames, HaveTheFiguresOfTheStatesThatWereSeen) {
  SocketScrapes scrapes(Numbered());
  const Samples samples = scrapes.Scrape(
      Records{Listener("0.0.0.0:9200"), Tcp(kUp, "10.0.0.1:9200", "10.0.0.2:40000"), To(9092)});
  EXPECT_EQ(FiguresOf(samples, UnacceptedTally::kUnacceptedSockets).size(), 1U);
  EXPECT_EQ(FiguresOf(samples, UnreadTally::kUnreadSockets).size(), 0U);
  const Samples closed = scrapes.Scrape(Records{To(9092, kCloseWait)});
  EXPECT_EQ(FiguresOf(closed, UnreadTally::kUnreadSockets), (Figures{{"9092 outbound", 0}}));
}

TEST(NumberNames, KeepEachReasonToStallAtZeroForTheRetention) {
  SocketScrapes scrapes(Numbered());
  SocketRecord silent = To(9092);
  silent.timer = SocketTimer::kRetransmit;
  silent.retransmits = 3;
  EXPECT_EQ(FiguresOf(scrapes.Scrape(Records{silent, To(9092)}), StalledTally::kStalledSockets),
            (Figures{{"9092 outbound retransmitting", 1}}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(FiguresOf(scrapes.Scrape(Records{To(9092)}), StalledTally::kStalledSockets),
            (Figures{{"9092 outbound retransmitting", 0}}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(FiguresOf(scrapes.Scrape(Records{To(9092)}), StalledTally::kStalledSockets), Figures());
}

TEST(NumberNames, CanBeTurnedOff) {
  SocketConfiguration configuration = Numbered();
  configuration.fallback = ServicesFallback::kOther;
  SocketScrapes scrapes(configuration);
  EXPECT_EQ(NonZero(Services(scrapes.Scrape(Records{Listener("0.0.0.0:50051"), To(9200)}))),
            (Figures{{"tcp other inbound listen", 1}, {"tcp other outbound established", 1}}));
}

TEST(NumberNames, StuckSocketsOfEachAreToldApart) {
  SocketScrapes scrapes(Numbered());
  const Records sockets{Listener("0.0.0.0:50051"), To(9092, kCloseWait, 1),
                        To(9200, kCloseWait, 2),   To(9200, kCloseWait, 3),
                        To(50051, kCloseWait, 4),  To(3000)};
  static_cast<void>(scrapes.Scrape(sockets));
  scrapes.clock.Advance(std::chrono::seconds(90));
  const Samples samples = scrapes.Scrape(sockets);
  EXPECT_EQ(FiguresOf(samples, WatchFiguresByName::kStuckSockets),
            (Figures{{"9092 outbound close_wait", 1},
                     {"9200 outbound close_wait", 2},
                     {"50051 outbound close_wait", 1}}));
  for (const Metric* metric :
       {&WatchFiguresByName::kOldestSocketAge, &WatchFiguresByName::kStateEntries,
        &WatchFiguresByName::kSocketsPeak}) {
    EXPECT_EQ(FiguresOf(samples, *metric).size(), 3U) << metric->name;
  }
  const Samples closed = scrapes.Scrape(Records{To(3000)});
  EXPECT_EQ(ValueOf(closed, WatchFiguresByName::kStuckSockets, "9200 outbound close_wait"), 0);
}

TEST(NumberNames, WhatOnlyASampleSawIsShown) {
  SocketScrapes scrapes(Numbered());
  static_cast<void>(scrapes.Scrape(Records()));
  scrapes.Sample({To(9092, kSynSent, 1)});
  const Samples samples = scrapes.Scrape(Records());
  EXPECT_EQ(FiguresOf(samples, WatchFiguresByName::kStateEntries),
            (Figures{{"9092 outbound syn_sent", 1}}));
  EXPECT_EQ(Services(samples), (Figures{{"tcp 9092 outbound syn_sent", 0}}));
}

TEST(NumberNames, TheWatchSaysWhatItDoesNotFollowEvenWhereNothingIsShown) {
  SocketScrapes scrapes(Numbered());
  EXPECT_EQ(ValueOf(scrapes.Scrape(Records{To(9092)}), WatchFiguresByName::kUntrackedSockets), 0);
}

}  // namespace
}  // namespace sockdiag
