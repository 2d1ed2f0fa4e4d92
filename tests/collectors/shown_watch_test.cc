// Scrapes and samples, from sockets to what is shown of the watched states.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "sockets/watch/stuck_ports.h"
#include "sockets/watch/watch_figures.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using std::chrono::seconds;
using testing::FiguresOf;
using testing::Rule;
using testing::SocketScrapes;
using testing::Tcp;
using testing::ValueOf;
using testing::WatchedFigures;
using Records = std::vector<SocketRecord>;
constexpr auto kCloseWait = SocketState::kCloseWait;
constexpr auto kSynSent = SocketState::kSynSent;

/// Service a is port 1, b port 2, c port 3.
testing::SocketConfiguration Configuration(const Limits& limits = {}) {
  WatchOptions watch;
  watch.states = {kSynSent, kCloseWait};
  watch.stuck_after[Index(kCloseWait)] = seconds(60);
  return {.rules = {Rule("a", 1, Direction::kOutbound)},
          .database = {{{Protocol::kTcp, Port::FromHost(2)}, "b"},
                       {{Protocol::kTcp, Port::FromHost(3)}, "c"}},
          .limits = limits,
          .watch = watch};
}

class ShownWatchTest : public ::testing::Test {
 protected:
  SocketRecord Socket(std::uint16_t port, SocketState state = kCloseWait) {
    SocketRecord record = Tcp(state, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
    record.cookie = ++last_cookie_;
    return record;
  }
  static WatchedFigures Of(const Samples& samples, const std::string& name, SocketState state) {
    return testing::WatchedOf(samples, name, Direction::kOutbound, state);
  }

  std::uint64_t last_cookie_ = 0;
  SocketScrapes scrapes_{Configuration()};
};

TEST_F(ShownWatchTest, ShowsConfiguredServicesInTheWatchedStatesOfTheirDirection) {
  const Samples samples = scrapes_.Scrape(Records());
  ASSERT_EQ(FiguresOf(samples, WatchFiguresByName::kStuckSockets).size(), 2U);
  EXPECT_EQ(Of(samples, "a", kCloseWait).peak, 0);
  EXPECT_EQ(Of(samples, "a", kSynSent).entries, 0);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kUntrackedSockets), 0);
}

TEST_F(ShownWatchTest, ShowsStuckSocketsAndTheAgeOfTheOldest) {
  const SocketRecord old = Socket(1);
  static_cast<void>(scrapes_.Scrape(Records{old}));
  scrapes_.clock.Advance(seconds(90));
  const Samples samples = scrapes_.Scrape(Records{old, Socket(1)});
  EXPECT_EQ(Of(samples, "a", kCloseWait).stuck, 1);
  EXPECT_DOUBLE_EQ(Of(samples, "a", kCloseWait).oldest_age_seconds, 90);
  const Samples closed = scrapes_.Scrape(Records());
  EXPECT_EQ(Of(closed, "a", kCloseWait).stuck, 0);
  EXPECT_EQ(Of(closed, "a", kCloseWait).oldest_age_seconds, 0);
}

TEST_F(ShownWatchTest, ABurstBetweenTwoScrapesShowsInPeakAndEntries) {
  static_cast<void>(scrapes_.Scrape(Records()));
  scrapes_.Sample({Socket(2, kSynSent), Socket(2, kSynSent)});
  scrapes_.Sample({});
  const Samples samples = scrapes_.Scrape(Records());
  EXPECT_EQ(Of(samples, "b", kSynSent).peak, 2);
  EXPECT_EQ(Of(samples, "b", kSynSent).entries, 2);
}

TEST_F(ShownWatchTest, AScrapeShowsAllOfItWhileASampleIsUnderWay) {
  const SocketRecord socket = Socket(1);
  StateWatch::Pass sample = scrapes_.Look({});
  const Samples first = scrapes_.Scrape(Records{socket});
  for (const Metric* metric : WatchFiguresByName::kMetrics) {
    EXPECT_TRUE(first.Has(*metric)) << metric->name;
  }
  EXPECT_EQ(Of(first, "a", kCloseWait).peak, 1);
  scrapes_.clock.Advance(seconds(90));
  EXPECT_EQ(Of(scrapes_.Scrape(Records{socket}), "a", kCloseWait).oldest_age_seconds, 90);
  // It saw less than what was seen since.
  std::move(sample).Commit();
  scrapes_.clock.Advance(seconds(10));
  const WatchedFigures later = Of(scrapes_.Scrape(Records{socket}), "a", kCloseWait);
  EXPECT_EQ(later.oldest_age_seconds, 100);
  EXPECT_EQ(later.entries, 0) << "it was there at the first look";
}

TEST_F(ShownWatchTest, EntriesOnlyGrow) {
  static_cast<void>(scrapes_.Scrape(Records()));
  EXPECT_EQ(Of(scrapes_.Scrape(Records{Socket(1)}), "a", kCloseWait).entries, 1);
  EXPECT_EQ(Of(scrapes_.Scrape(Records{Socket(1)}), "a", kCloseWait).entries, 2);
  EXPECT_EQ(Of(scrapes_.Scrape(Records()), "a", kCloseWait).entries, 2);
}

TEST_F(ShownWatchTest, SumsFoldedServicesOfOneSampleForThePeak) {
  scrapes_.Use(Configuration({.services = 1}));
  static_cast<void>(scrapes_.Scrape(Records()));
  scrapes_.Sample({Socket(2), Socket(2)});
  scrapes_.clock.Advance(seconds(1));
  scrapes_.Sample({Socket(2), Socket(3), Socket(3)});
  scrapes_.clock.Advance(seconds(1));
  EXPECT_EQ(Of(scrapes_.Scrape(Records{Socket(3)}), "other", kCloseWait).peak, 3);
}

TEST_F(ShownWatchTest, ShowsNothingWhenTheTcpDumpFailedAndKeepsWhatItCounted) {
  static_cast<void>(scrapes_.Scrape(Records{Socket(1)}));
  scrapes_.Sample({Socket(1)});
  const Samples failed = scrapes_.Scrape(std::nullopt);
  for (const Metric* metric : WatchFiguresByName::kMetrics) {
    EXPECT_FALSE(failed.Has(*metric)) << metric->name;
  }
  EXPECT_EQ(Of(scrapes_.Scrape(Records()), "a", kCloseWait).entries, 1);
}

TEST_F(ShownWatchTest, StuckSocketsAreShownByPortAndForTheRetentionAfter) {
  scrapes_.Use(Configuration({.ports = 2, .retention = seconds(600)}));
  // Port 2 has more sockets than 1, so that 3 has no place.
  const Records sockets{Socket(1), Socket(2), Socket(2), Socket(2), Socket(1), Socket(3)};
  const auto stuck = [](const Samples& samples) {
    return FiguresOf(samples, StuckPorts::kStuckSockets);
  };
  EXPECT_EQ(stuck(scrapes_.Scrape(sockets)), testing::Figures());
  scrapes_.clock.Advance(seconds(61));
  const Samples samples = scrapes_.Scrape(sockets);
  EXPECT_EQ(stuck(samples), (testing::Figures{{"1 outbound close_wait", 2},
                                              {"2 outbound close_wait", 3},
                                              {"other outbound close_wait", 1}}));
  EXPECT_EQ(testing::SumOf(samples, StuckPorts::kStuckSockets),
            testing::SumOf(samples, WatchFiguresByName::kStuckSockets));
  scrapes_.clock.Advance(seconds(600));
  EXPECT_EQ(stuck(scrapes_.Scrape(Records())),
            (testing::Figures{{"1 outbound close_wait", 0},
                              {"2 outbound close_wait", 0},
                              {"other outbound close_wait", 0}}));
  scrapes_.clock.Advance(seconds(1));
  EXPECT_EQ(stuck(scrapes_.Scrape(Records())), testing::Figures());
}

TEST_F(ShownWatchTest, StuckPortsAreNotShownWithoutADumpNorInStatesThatAreNotWatched) {
  const Records sockets{Socket(1)};
  scrapes_.Scrape(sockets);
  scrapes_.clock.Advance(seconds(61));
  EXPECT_TRUE(scrapes_.Scrape(sockets).Has(StuckPorts::kStuckSockets));
  EXPECT_FALSE(scrapes_.Scrape(std::nullopt).Has(StuckPorts::kStuckSockets));
  testing::SocketConfiguration configuration = Configuration();
  configuration.watch.states = {kSynSent};
  scrapes_.Use(configuration);
  EXPECT_FALSE(scrapes_.Scrape(sockets).Has(StuckPorts::kStuckSockets));
}

}  // namespace
}  // namespace sockdiag
