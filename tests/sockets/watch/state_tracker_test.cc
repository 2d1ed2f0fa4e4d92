#include "sockets/watch/state_tracker.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr auto kCloseWait = SocketState::kCloseWait;
constexpr auto kLastAck = SocketState::kLastAck;

/// Of one service.
constexpr GroupId InGroup(Direction direction) { return IdOf({ServiceId{3}, direction}); }

WatchOptions Options(std::size_t max_tracked = 100) {
  WatchOptions options;
  options.states = {kCloseWait, kLastAck};
  options.stuck_after[Index(kCloseWait)] = seconds(60);
  options.stuck_after[Index(kLastAck)] = seconds(5);
  options.max_tracked_sockets = max_tracked;
  return options;
}

WatchPass CommitPass(StateTracker& tracker, Clock::TimePoint now) {
  WatchPass pass = tracker.Summarize(now);
  tracker.Commit();
  return pass;
}

class StateTrackerTest : public ::testing::Test {
 protected:
  struct Seen {
    std::uint64_t cookie;
    SocketState state = kCloseWait;
    Direction direction = Direction::kInbound;
    Port port = Port::FromHost(443);
  };

  void Observe(const std::vector<Seen>& sockets) {
    for (const Seen& seen : sockets) {
      tracker_.Observe({seen.cookie, InGroup(seen.direction), seen.state, false, seen.port},
                       clock_.Now());
    }
  }
  WatchPass Pass(const std::vector<Seen>& sockets) {
    Observe(sockets);
    return CommitPass(tracker_, clock_.Now());
  }
  static WatchFigures Of(const WatchPass& pass, SocketState state = kCloseWait,
                         Direction direction = Direction::kInbound) {
    const auto found = pass.figures.find({InGroup(direction), state});
    return found == pass.figures.end() ? WatchFigures() : found->second;
  }
  static seconds Age(const WatchPass& pass, SocketState state = kCloseWait,
                     Direction direction = Direction::kInbound) {
    const auto since = Of(pass, state, direction).oldest_since.value();
    return std::chrono::duration_cast<seconds>(pass.at - since);
  }

  testing::FakeClock clock_;
  StateTracker tracker_{Options(), clock_.Now()};
};

TEST_F(StateTrackerTest, ASocketIsStuckWhenItIsLongerThanAllowedInItsState) {
  Pass({{1}});
  clock_.Advance(seconds(60));
  EXPECT_EQ(Of(Pass({{1}, {2}})).stuck, 0U);
  clock_.Advance(milliseconds(100));
  const WatchPass pass = Pass({{1}, {2}});
  EXPECT_EQ(Of(pass).stuck, 1U);
  EXPECT_EQ(Of(pass).sockets, 2U);
  EXPECT_EQ(Age(pass), seconds(60));
}

TEST_F(StateTrackerTest, TakesTheLargerOfWhatItSawAndTheLeastAge) {
  Sighting sighting{1, InGroup(Direction::kInbound), kCloseWait, false, Port::FromHost(443)};
  const auto pass = [&](std::uint32_t least_age_ms) {
    sighting.least_age_ms = least_age_ms;
    tracker_.Observe(sighting, clock_.Now());
    return CommitPass(tracker_, clock_.Now());
  };
  WatchPass first = pass(61'000);
  EXPECT_EQ(Age(first), seconds(61)) << "older than the tracker itself";
  EXPECT_EQ(Of(first).stuck, 1U);
  EXPECT_EQ(first.stuck_by_port.size(), 1U);
  EXPECT_EQ(Of(first).entered, 0U);
  clock_.Advance(seconds(10));
  EXPECT_EQ(Age(pass(5'000)), seconds(71)) << "the peer has acknowledged something since";
  EXPECT_EQ(Age(pass(0)), seconds(71)) << "a dump without it";
  EXPECT_EQ(Age(pass(80'000)), seconds(80));
  EXPECT_EQ(Age(pass(80'050)), seconds(80)) << "rounded down to a tenth";
  sighting.state = kLastAck;
  EXPECT_EQ(Age(pass(0), kLastAck), seconds(0)) << "another state has an age of its own";
}

TEST_F(StateTrackerTest, StuckSocketsAreCountedByPortToo) {
  const Port other = Port::FromHost(8443);
  const std::vector<Seen> sockets{{1},
                                  {2},
                                  {3, kCloseWait, Direction::kOutbound},
                                  {4, kLastAck},
                                  {5, kCloseWait, Direction::kInbound, other}};
  EXPECT_TRUE(Pass(sockets).stuck_by_port.empty());
  clock_.Advance(seconds(61));
  // The kernel may show a socket twice in one dump.
  Observe({{1}});
  const WatchPass pass = Pass(sockets);
  const Port https = Port::FromHost(443);
  EXPECT_EQ(pass.stuck_by_port, (std::map<PortWatchKey, std::uint64_t>{
                                    {{Direction::kInbound, https, kCloseWait}, 2},
                                    {{Direction::kInbound, https, kLastAck}, 1},
                                    {{Direction::kInbound, other, kCloseWait}, 1},
                                    {{Direction::kOutbound, https, kCloseWait}, 1}}));
  EXPECT_EQ(Pass({{5, kCloseWait, Direction::kInbound, other}}).stuck_by_port.size(), 1U);
  EXPECT_TRUE(Pass({}).stuck_by_port.empty());
}

TEST_F(StateTrackerTest, AnAbandonedPassLeavesNoStuckSockets) {
  Pass({{1}});
  clock_.Advance(seconds(61));
  Observe({{1}});
  tracker_.Abandon();
  EXPECT_EQ(Pass({{1}}).stuck_by_port.begin()->second, 1U);
}

TEST_F(StateTrackerTest, AnAgeIsNeverMoreThanItIs) {
  clock_.Advance(milliseconds(30));
  const WatchPass pass = Pass({{1}});
  EXPECT_GE(Of(pass).oldest_since.value(), pass.at);
}

TEST_F(StateTrackerTest, AChangeOfStateStartsANewAge) {
  Pass({{1}});
  clock_.Advance(seconds(100));
  Pass({{1, kLastAck}});
  clock_.Advance(seconds(4));
  const WatchPass pass = Pass({{1, kLastAck}});
  EXPECT_EQ(Age(pass, kLastAck), seconds(4));
  EXPECT_EQ(Of(pass, kLastAck).stuck, 0U);
  EXPECT_EQ(Of(pass).sockets, 0U);
}

TEST_F(StateTrackerTest, ASocketMissedOnceKeepsItsAge) {
  Pass({{1}});
  clock_.Advance(seconds(50));
  EXPECT_EQ(Of(Pass({})).sockets, 0U) << "what a dump does not show is not counted";
  clock_.Advance(seconds(50));
  EXPECT_EQ(Age(Pass({{1}})), seconds(100));
}

TEST_F(StateTrackerTest, ASocketMissedTwiceIsGoneAndItsCookieStartsAnew) {
  Pass({{1}});
  Pass({});
  EXPECT_EQ(tracker_.size(), 1U);
  Pass({});
  EXPECT_EQ(tracker_.size(), 0U);
  clock_.Advance(seconds(100));
  const WatchPass pass = Pass({{1}});
  EXPECT_EQ(Age(pass), seconds(0));
  EXPECT_EQ(Of(pass).entered, 1U);
}

TEST_F(StateTrackerTest, CountsEntriesButNotOfTheFirstPass) {
  EXPECT_EQ(Of(Pass({{1}, {2}})).entered, 0U);
  EXPECT_EQ(Of(Pass({{1}, {2}, {3}})).entered, 1U);
  EXPECT_EQ(Of(Pass({{1}, {2}, {3}})).entered, 0U);
  EXPECT_EQ(Of(Pass({{1, kLastAck}}), kLastAck).entered, 1U);
}

TEST_F(StateTrackerTest, TakesTheGroupOfTheNewestPassAndKeepsTheAge) {
  Pass({{1, kCloseWait, Direction::kInbound}});
  clock_.Advance(seconds(10));
  const WatchPass pass = Pass({{1, kCloseWait, Direction::kOutbound}});
  EXPECT_EQ(Of(pass, kCloseWait, Direction::kInbound).sockets, 0U);
  EXPECT_EQ(Of(pass, kCloseWait, Direction::kOutbound).sockets, 1U);
  EXPECT_EQ(Of(pass, kCloseWait, Direction::kOutbound).entered, 0U);
  EXPECT_EQ(Age(pass, kCloseWait, Direction::kOutbound), seconds(10));
}

TEST_F(StateTrackerTest, AFailedPassChangesNothing) {
  Pass({{1}, {2}});
  clock_.Advance(seconds(10));
  Observe({{1, kLastAck}, {3}});
  tracker_.Abandon();
  Observe({{4}});
  tracker_.Abandon();
  const WatchPass pass = Pass({{2}, {3}});
  EXPECT_EQ(Of(pass).sockets, 2U);
  EXPECT_EQ(Of(pass).entered, 1U) << "socket 3 came after the last whole pass";
  EXPECT_EQ(Age(pass), seconds(10)) << "socket 2 was not missed by a whole pass";
}

TEST_F(StateTrackerTest, AClockThatDoesNotMoveGivesAgeZero) {
  for (int pass = 0; pass < 3; ++pass) {
    EXPECT_EQ(Age(Pass({{1}})), seconds(0));
  }
}

TEST(StateTrackerBound, CountsAllAndSaysWhoseAgeIsUnknown) {
  testing::FakeClock clock;
  StateTracker tracker(Options(2), clock.Now());
  Sighting sighting{0, InGroup(Direction::kInbound), kCloseWait, false, Port::FromHost(443)};
  const auto pass = [&](std::uint64_t first, std::uint64_t last) {
    for (sighting.cookie = first; sighting.cookie <= last; ++sighting.cookie) {
      tracker.Observe(sighting, clock.Now());
    }
    return CommitPass(tracker, clock.Now());
  };
  pass(1, 2);
  clock.Advance(seconds(100));
  const WatchPass full = pass(1, 5);
  EXPECT_EQ(full.untracked, 3U);
  EXPECT_EQ(full.figures.begin()->second.sockets, 5U);
  EXPECT_EQ(full.figures.begin()->second.stuck, 2U);
  EXPECT_EQ(tracker.size(), 2U);
}

TEST(StateTrackerBound, ASocketThatFindsAPlaceLateHasNotEntered) {
  testing::FakeClock clock;
  StateTracker tracker(Options(2), clock.Now());
  Sighting sighting{0, InGroup(Direction::kInbound), kCloseWait, false, Port::FromHost(443)};
  const auto entered = [&](std::uint64_t first, std::uint64_t last) {
    for (sighting.cookie = first; sighting.cookie <= last; ++sighting.cookie) {
      tracker.Observe(sighting, clock.Now());
    }
    return CommitPass(tracker, clock.Now()).figures.begin()->second.entered;
  };
  entered(1, 5);
  // Sockets 1 and 2 go; 3 and 4 were there all the time and get their places.
  EXPECT_EQ(entered(3, 5), 0U);
  EXPECT_EQ(entered(3, 5), 0U);
  EXPECT_EQ(entered(3, 5), 0U);
  EXPECT_EQ(tracker.size(), 2U);
}

TEST(StateTrackerBound, ACookieOfZeroIsCountedAndNotFollowed) {
  testing::FakeClock clock;
  StateTracker tracker(Options(), clock.Now());
  const Sighting sighting{0, InGroup(Direction::kInbound), kCloseWait, false, Port::FromHost(443)};
  tracker.Observe(sighting, clock.Now());
  tracker.Observe(sighting, clock.Now());
  const WatchPass pass = CommitPass(tracker, clock.Now());
  EXPECT_EQ(pass.untracked, 2U);
  EXPECT_EQ(pass.figures.begin()->second.sockets, 2U);
}

TEST(StateTrackerBound, TenMillionChurnedSocketsTakeFlatMemory) {
  testing::FakeClock clock;
  StateTracker tracker(Options(200'000), clock.Now());
  Sighting sighting{0, InGroup(Direction::kInbound), kCloseWait, false, Port::FromHost(443)};
  std::size_t most = 0;
  for (int pass = 0; pass < 1000; ++pass) {
    for (int i = 0; i < 10'000; ++i) {
      ++sighting.cookie;
      tracker.Observe(sighting, clock.Now());
    }
    static_cast<void>(CommitPass(tracker, clock.Now()));
    clock.Advance(seconds(5));
    most = std::max(most, tracker.memory_bytes());
  }
  EXPECT_EQ(sighting.cookie, 10'000'000U);
  // Those of one pass, and those that it missed for the first time.
  EXPECT_LE(tracker.size(), 20'000U);
  EXPECT_LE(most, 30'000 * 32U);
}

/// As Observe(), of a socket whose direction the kernel's sockets tell.
Sighting Known(std::uint64_t cookie, Direction direction, SocketState state = kCloseWait) {
  return {cookie, InGroup(direction), state, true, Port::FromHost(443)};
}

TEST_F(StateTrackerTest, KnowsADirectionOnceItWasToldByMoreThanPorts) {
  Pass({{1}, {2, kCloseWait, Direction::kOutbound}});
  EXPECT_EQ(tracker_.KnownDirection(1), std::nullopt);
  EXPECT_EQ(tracker_.KnownDirection(3), std::nullopt);
  EXPECT_EQ(tracker_.KnownDirection(0), std::nullopt);
  tracker_.Observe(Known(2, Direction::kInbound), clock_.Now());
  Pass({{1}});
  EXPECT_EQ(tracker_.KnownDirection(1), std::nullopt);
  EXPECT_EQ(tracker_.KnownDirection(2), Direction::kInbound);
  tracker_.Configure(Options());
  EXPECT_EQ(tracker_.KnownDirection(2), Direction::kInbound) << "the rules have no part in it";
}

TEST_F(StateTrackerTest, ADirectionThatComesToBeKnownKeepsTheAge) {
  Pass({{1, kCloseWait, Direction::kOutbound}});
  clock_.Advance(seconds(30));
  tracker_.Observe(Known(1, Direction::kInbound), clock_.Now());
  const WatchPass pass = Pass({});
  EXPECT_EQ(Of(pass, kCloseWait, Direction::kOutbound).sockets, 0U);
  EXPECT_EQ(Of(pass).sockets, 1U);
  EXPECT_EQ(Of(pass).entered, 0U);
  EXPECT_EQ(Age(pass), seconds(30));
}

}  // namespace
}  // namespace sockdiag
