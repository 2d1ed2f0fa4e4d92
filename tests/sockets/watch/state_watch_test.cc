#include "sockets/watch/state_watch.h"

#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr auto kSynSent = SocketState::kSynSent;

WatchOptions Options() {
  WatchOptions options;
  options.states = {kSynSent};
  options.peak_window = seconds(60);
  return options;
}

class StateWatchTest : public ::testing::Test {
 protected:
  /// `sockets` new sockets of the service.
  void ObserveNew(StateWatch::Pass& pass, std::uint64_t sockets, ServiceId service = {}) {
    SocketRecord record = testing::Tcp(kSynSent, "10.0.0.1:1", "10.0.0.2:2");
    for (std::uint64_t i = 0; i < sockets; ++i) {
      record.cookie = ++last_cookie_;
      pass.Observe(record, {Direction::kOutbound, Port::FromHost(2), service});
    }
  }
  void Pass(std::uint64_t sockets) {
    auto pass = watch_.TryBegin();
    ObserveNew(pass.value(), sockets);
    std::move(*pass).Commit();
  }
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
  StateWatch watch_{Options(), clock_};
};

TEST_F(StateWatchTest, KnowsNothingBeforeTheFirstPass) {
  const WatchReport report = watch_.Report();
  EXPECT_FALSE(report.latest);
  EXPECT_TRUE(report.entered.empty());
  EXPECT_TRUE(report.peaks.empty());
}

TEST_F(StateWatchTest, LetsOnePassAtATime) {
  auto first = watch_.TryBegin();
  ASSERT_TRUE(first);
  EXPECT_FALSE(watch_.TryBegin());
  std::move(*first).Commit();
  EXPECT_TRUE(watch_.TryBegin());
}

TEST_F(StateWatchTest, APassWithoutCommitHasFailed) {
  Pass(3);
  EXPECT_TRUE(watch_.Report().latest);
  {
    auto pass = watch_.TryBegin();
    ObserveNew(*pass, 100);
  }
  const WatchReport report = watch_.Report();
  ASSERT_TRUE(report.latest);
  EXPECT_EQ(report.latest->figures.begin()->second.sockets, 3U) << "the pass before still stands";
  EXPECT_EQ(Entered(report), 0U);
  EXPECT_EQ(Peak(), 3U);
  EXPECT_TRUE(watch_.TryBegin()) << "the next one may try";
}

TEST_F(StateWatchTest, ForgetsAPassThatIsTooOld) {
  Pass(3);
  const auto hanging = watch_.TryBegin();
  clock_.Advance(StateWatch::kStaleAfter);
  EXPECT_TRUE(watch_.Report().latest);
  clock_.Advance(milliseconds(1));
  EXPECT_FALSE(watch_.Report().latest);
}

TEST_F(StateWatchTest, GivesEachEntryUntilItIsTaken) {
  Pass(0);
  Pass(2);
  Pass(3);
  EXPECT_EQ(Entered(watch_.Report()), 5U);
  const WatchReport report = watch_.Report();
  EXPECT_EQ(Entered(report), 5U);
  watch_.Take(report);
  EXPECT_EQ(Entered(watch_.Report()), 0U);
}

TEST_F(StateWatchTest, WhatComesAfterAReportIsNotTakenWithIt) {
  Pass(0);
  Pass(2);
  const WatchReport report = watch_.Report();
  Pass(3);
  watch_.Take(report);
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
  pass.figures[{ServiceId::kOther, Direction::kOutbound, kSynSent}].sockets = 5;
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

TEST(PeakWindow, ASharedSlotKeepsTheHigherCount) {
  PeakWindow window(seconds(60));
  WatchPass pass;
  for (const std::uint64_t sockets : {1, 9, 2}) {
    pass.figures[{ServiceId::kOther, Direction::kOutbound, kSynSent}].sockets = sockets;
    pass.at += milliseconds(10);
    window.Add(pass);
  }
  ASSERT_EQ(window.Slots(pass.at).size(), 1U);
  EXPECT_EQ(window.Slots(pass.at).front().sockets.begin()->second, 9U);
}

}  // namespace
}  // namespace sockdiag
