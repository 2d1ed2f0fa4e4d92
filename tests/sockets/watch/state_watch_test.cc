#include "sockets/watch/state_watch.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr auto kSynSent = SocketState::kSynSent;
constexpr GroupId kGroup = IdOf({ServiceId::kOther, Direction::kOutbound});
constexpr std::uint64_t kGeneration = 1;

WatchOptions Options() {
  WatchOptions options;
  options.states = {kSynSent};
  options.peak_window = seconds(60);
  return options;
}

class StateWatchTest : public ::testing::Test {
 protected:
  StateWatchTest() { Use(Options()); }
  void Use(const WatchOptions& options) { watch_.Configure(options, kGeneration); }

  static void Observe(StateWatch::Pass& pass, std::uint64_t cookie, SocketState state = kSynSent) {
    SocketRecord record = testing::Tcp(state, "10.0.0.1:1", "10.0.0.2:2");
    record.cookie = cookie;
    pass.Observe(record, {Direction::kOutbound, Port::FromHost(2), kGroup});
  }
  void ObserveNew(StateWatch::Pass& pass, std::uint64_t sockets) {
    for (std::uint64_t i = 0; i < sockets; ++i) Observe(pass, ++last_cookie_);
  }
  void Pass(std::uint64_t sockets, SourceKind source = SourceKind::kNetlink) {
    StateWatch::Pass pass = watch_.Begin(kGeneration);
    ObserveNew(pass, sockets);
    std::move(pass).Commit(source);
  }
  std::uint64_t Sockets() { return watch_.Report().latest->figures.begin()->second.sockets; }
  std::uint64_t Peak() {
    std::uint64_t peak = 0;
    for (const PeakWindow::Slot& slot : watch_.Report().peaks) {
      for (const auto& [key, sockets] : slot.sockets) peak = std::max(peak, sockets);
    }
    return peak;
  }
  static std::uint64_t Entered(const WatchReport& report) {
    std::uint64_t entered = 0;
    for (const auto& [key, sockets] : report.entered) entered += sockets;
    return entered;
  }

  testing::FakeClock clock_;
  std::uint64_t last_cookie_ = 0;
  StateWatch watch_{clock_};
};

TEST_F(StateWatchTest, KnowsNothingBeforeTheFirstPass) {
  const WatchReport report = watch_.Report();
  EXPECT_FALSE(report.latest);
  EXPECT_TRUE(report.entered.empty());
  EXPECT_TRUE(report.peaks.empty());
}

TEST_F(StateWatchTest, BeginsAnewWithAnotherSource) {
  Pass(3);
  Pass(2, SourceKind::kProc);
  EXPECT_EQ(Entered(watch_.Report()), 0U) << "they may be the same sockets by other names";
  EXPECT_EQ(Sockets(), 2U);
  EXPECT_EQ(watch_.tracked(), 2U);
  Pass(1, SourceKind::kProc);
  EXPECT_EQ(Entered(watch_.Report()), 1U);
  Pass(4);
  EXPECT_EQ(Entered(watch_.Report()), 1U);
}

TEST_F(StateWatchTest, CountsOnlyWatchedStates) {
  StateWatch::Pass pass = watch_.Begin(kGeneration);
  Observe(pass, 1);
  Observe(pass, 2, SocketState::kEstablished);
  std::move(pass).Commit();
  EXPECT_EQ(watch_.Report().latest->figures.size(), 1U);
  EXPECT_EQ(Sockets(), 1U);
}

TEST_F(StateWatchTest, WithoutCommitAPassHasFailed) {
  Pass(3);
  {
    StateWatch::Pass pass = watch_.Begin(kGeneration);
    ObserveNew(pass, 100);
  }
  EXPECT_EQ(Sockets(), 3U) << "the pass before still stands";
  EXPECT_EQ(Entered(watch_.Report()), 0U);
  EXPECT_EQ(Peak(), 3U);
}

TEST_F(StateWatchTest, OfTwoWhoLookAtTheSameTimeTheFirstToEndCounts) {
  Pass(0);
  StateWatch::Pass slow = watch_.Begin(kGeneration);
  Observe(slow, 1);
  StateWatch::Pass quick = watch_.Begin(kGeneration);
  Observe(quick, 1);
  Observe(quick, 2);
  std::move(quick).Commit();
  EXPECT_EQ(Sockets(), 2U);
  std::move(slow).Commit();
  EXPECT_EQ(Sockets(), 2U) << "what the slow one saw may be older";
  EXPECT_EQ(Entered(watch_.Report()), 2U);
}

TEST_F(StateWatchTest, WhoHangsKeepsNobodyFromLooking) {
  const StateWatch::Pass hanging = watch_.Begin(kGeneration);
  Pass(3);
  EXPECT_EQ(Sockets(), 3U);
  Pass(4);
  EXPECT_EQ(Sockets(), 4U);
}

TEST_F(StateWatchTest, APassOfOtherRulesDoesNotCount) {
  Pass(3);
  StateWatch::Pass before = watch_.Begin(kGeneration);
  ObserveNew(before, 5);
  watch_.Configure(Options(), kGeneration + 1);
  std::move(before).Commit();
  EXPECT_EQ(Sockets(), 3U);
}

/// Beyond the limit a pass keeps those that are followed and counts the others, so its memory is
/// bounded and nobody who is followed is taken for gone.
TEST_F(StateWatchTest, FollowsTheSameSocketsWhereverTheyComeInTheDump) {
  WatchOptions options = Options();
  options.max_tracked_sockets = 2;
  Use(options);
  Pass(2);
  for (int round = 0; round < 3; ++round) {
    clock_.Advance(seconds(10));
    StateWatch::Pass pass = watch_.Begin(kGeneration);
    for (std::uint64_t cookie = 10; cookie > 0; --cookie) Observe(pass, cookie);
    std::move(pass).Commit();
  }
  const WatchPass latest = *watch_.Report().latest;
  EXPECT_EQ(latest.untracked, 8U);
  EXPECT_EQ(Sockets(), 10U);
  EXPECT_EQ(latest.at - latest.figures.begin()->second.oldest_since.value(), seconds(30));
}

TEST_F(StateWatchTest, GivesEachEntryUntilItIsTaken) {
  Pass(0);
  Pass(2);
  Pass(3);
  EXPECT_EQ(Entered(watch_.Report()), 5U);
  const WatchReport report = watch_.Report();
  EXPECT_EQ(Entered(report), 5U);
  watch_.MarkCounted(report);
  EXPECT_EQ(Entered(watch_.Report()), 0U);
}

TEST_F(StateWatchTest, WhatComesAfterAReportIsNotTakenWithIt) {
  Pass(0);
  Pass(2);
  const WatchReport report = watch_.Report();
  Pass(3);
  watch_.MarkCounted(report);
  EXPECT_EQ(Entered(watch_.Report()), 3U);
}

TEST_F(StateWatchTest, RemembersThePeakForItsWindow) {
  Pass(1);
  clock_.Advance(seconds(5));
  Pass(7);
  clock_.Advance(seconds(5));
  Pass(2);
  EXPECT_EQ(Peak(), 7U);
  clock_.Advance(seconds(55));
  EXPECT_EQ(Peak(), 7U);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Peak(), 2U);
  clock_.Advance(seconds(3600));
  EXPECT_EQ(Peak(), 2U) << "the newest pass counts however old it is";
}

TEST(PeakWindow, IsBoundedWhateverTheIntervalOfThePasses) {
  PeakWindow window(seconds(60));
  WatchPass pass;
  pass.figures[{kGroup, kSynSent}].sockets = 5;
  window.Add(pass);
  pass.figures.begin()->second.sockets = 1;
  for (int i = 0; i < 100'000; ++i) {
    pass.at += milliseconds(1);
    window.Add(pass);
  }
  EXPECT_LE(window.Slots(pass.at).size(), PeakWindow::kSlots + 1);
  for (const PeakWindow::Slot& slot : window.Slots(pass.at)) {
    EXPECT_EQ(slot.sockets.begin()->second, 1U) << "the five are out of the window";
  }
}

TEST(PeakWindow, OfNoLengthKeepsNothing) {
  PeakWindow window(seconds(60));
  WatchPass pass;
  pass.figures[{kGroup, kSynSent}].sockets = 7;
  window.Add(pass);
  EXPECT_EQ(window.Slots(pass.at).size(), 1U);
  window.SetWindow(seconds(0));
  window.Add(pass);
  EXPECT_TRUE(window.Slots(pass.at).empty());
}

TEST(PeakWindow, ASharedSlotKeepsTheHigherCount) {
  PeakWindow window(seconds(60));
  WatchPass pass;
  for (const std::uint64_t sockets : {1U, 9U, 2U}) {
    pass.figures[{kGroup, kSynSent}].sockets = sockets;
    pass.at += milliseconds(10);
    window.Add(pass);
  }
  ASSERT_EQ(window.Slots(pass.at).size(), 1U);
  EXPECT_EQ(window.Slots(pass.at).front().sockets.begin()->second, 9U);
}

TEST_F(StateWatchTest, RemembersTheDirectionOfAWatchedSocket) {
  SocketRecord record = testing::Tcp(kSynSent, "10.0.0.1:1", "10.0.0.2:2");
  record.cookie = 7;
  {
    StateWatch::Pass failed = watch_.Begin(kGeneration);
    failed.Observe(record, {Direction::kOutbound, Port::FromHost(2), kGroup, true});
    EXPECT_EQ(failed.Find(record), std::nullopt);
  }
  StateWatch::Pass pass = watch_.Begin(kGeneration);
  EXPECT_EQ(pass.Find(record), std::nullopt) << "the dump before has failed";
  pass.Observe(record, {Direction::kOutbound, Port::FromHost(2), kGroup, true});
  std::move(pass).Commit();
  StateWatch::Pass next = watch_.Begin(kGeneration);
  EXPECT_EQ(next.Find(record), Direction::kOutbound);
  record.state = SocketState::kEstablished;
  EXPECT_EQ(next.Find(record), std::nullopt) << "nobody follows it in this state";
}

TEST_F(StateWatchTest, TheLastAckIsALeastAgeOfStatesThatThePeerBrought) {
  WatchOptions options = Options();
  options.states = StateSet::All(Protocol::kTcp);
  Use(options);
  StateWatch::Pass pass = watch_.Begin(kGeneration);
  for (const SocketState state : kTcpStates) {
    SocketRecord record = testing::Tcp(state, "10.0.0.1:1", "10.0.0.2:2");
    record.cookie = Index(state);
    record.last_ack_ms = 100'010;
    pass.Observe(record, {Direction::kOutbound, Port::FromHost(2), kGroup});
  }
  std::move(pass).Commit();
  std::map<SocketState, Clock::Duration> ages;
  const WatchReport report = watch_.Report();
  for (const auto& [key, figures] : report.latest->figures) {
    const Clock::Duration age = report.latest->at - figures.oldest_since.value();
    if (age != Clock::Duration::zero()) ages[key.state] = age;
  }
  EXPECT_EQ(ages, (std::map<SocketState, Clock::Duration>{{SocketState::kFinWait2, seconds(100)},
                                                          {SocketState::kCloseWait, seconds(100)},
                                                          {SocketState::kClosing, seconds(100)}}));
}

TEST_F(StateWatchTest, TellsAWatchedSocketsAge) {
  Pass(1);
  clock_.Advance(seconds(5));
  StateWatch::Pass pass = watch_.Begin(kGeneration);
  const auto age = [&](std::uint64_t cookie, SocketState state) {
    SocketRecord record = testing::Tcp(state, "10.0.0.1:1", "10.0.0.2:2");
    record.cookie = cookie;
    return pass.LeastAge(record);
  };
  EXPECT_EQ(age(last_cookie_, kSynSent), seconds(5));
  EXPECT_EQ(age(last_cookie_ + 1, kSynSent), std::nullopt);
  EXPECT_EQ(age(last_cookie_, SocketState::kEstablished), std::nullopt);
}

TEST_F(StateWatchTest, TakesTheAgeThatIsLonger) {
  WatchOptions options = Options();
  options.states = {SocketState::kCloseWait};
  Use(options);
  StateWatch::Pass pass = watch_.Begin(kGeneration);
  SocketRecord record = testing::Tcp(SocketState::kCloseWait, "10.0.0.1:1", "10.0.0.2:2");
  record.cookie = 1;
  record.last_ack_ms = 3010;
  EXPECT_EQ(pass.LeastAge(record), seconds(3)) << "of one that nobody saw before";
  Observe(pass, 1, SocketState::kCloseWait);
  std::move(pass).Commit();
  clock_.Advance(seconds(7));
  StateWatch::Pass next = watch_.Begin(kGeneration);
  EXPECT_EQ(next.LeastAge(record), seconds(7));
}

}  // namespace
}  // namespace sockdiag
