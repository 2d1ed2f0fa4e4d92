#include "base/failure_log.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"

namespace sockdiag {
namespace {

class FailureLogTest : public ::testing::Test {
 protected:
  /// The line that one attempt adds.
  std::string Note(const std::string& error, const std::string& collector = "tcp") {
    log_.Clear();
    failures_.Note(error, {{"collector", collector}});
    return log_.Text();
  }
  /// Whether one attempt adds a line.
  bool Tells(const std::string& error) { return !Note(error).empty(); }

  testing::FakeLog log_;
  testing::FakeClock clock_;
  FailureLog failures_{"collector", log_, clock_};
};

TEST_F(FailureLogTest, SaysOnceThatSomethingFailsAndWorksAgain) {
  EXPECT_EQ(Note(""), "");
  EXPECT_EQ(Note("lost"), "level=warn msg=\"collector failed\" collector=tcp error=lost\n");
  EXPECT_EQ(Note("lost"), "");
  EXPECT_EQ(Note(""), "level=info msg=\"collector works again\" collector=tcp\n");
  EXPECT_EQ(Note(""), "");
}

TEST_F(FailureLogTest, SaysANewReasonAtOnceAndAnOldOneNowAndThen) {
  EXPECT_NE(Note("lost"), "");
  EXPECT_NE(Note("busy"), "");
  clock_.Advance(RepeatLimiter::kReminder);
  EXPECT_NE(Note("busy"), "");
  EXPECT_EQ(Note("busy"), "");
}

TEST_F(FailureLogTest, ANumberThatChangesIsNoNewReason) {
  EXPECT_NE(Note("answer to request 7"), "");
  EXPECT_EQ(Note("answer to request 8"), "");
}

TEST_F(FailureLogTest, FailingAndWorkingByTurnsIsSaidOnce) {
  EXPECT_NE(Note("lost"), "");
  EXPECT_NE(Note(""), "");
  for (int turn = 0; turn < 5; ++turn) {
    EXPECT_EQ(Note("lost"), "");
    EXPECT_EQ(Note(""), "");
  }
  clock_.Advance(RepeatLimiter::kReminder);
  EXPECT_NE(Note("lost"), "");
}

TEST_F(FailureLogTest, TellsThingsApart) {
  EXPECT_NE(Note("lost", "tcp"), "");
  EXPECT_NE(Note("lost", "udp"), "");
}

TEST_F(FailureLogTest, WhatCouldNotBeToldIsToldTheNextTime) {
  log_.SetBroken(true);
  EXPECT_THROW(Note("it broke"), std::runtime_error);
  log_.SetBroken(false);
  EXPECT_NE(Note("it broke"), "");
  log_.SetBroken(true);
  EXPECT_THROW(Note(""), std::runtime_error);
  log_.SetBroken(false);
  EXPECT_EQ(Note(""), "level=info msg=\"collector works again\" collector=tcp\n");
}

TEST_F(FailureLogTest, TwoReasonsThatTakeTurnsAreToldOnceEach) {
  EXPECT_TRUE(Tells("A"));
  EXPECT_TRUE(Tells("B"));
  EXPECT_FALSE(Tells("A"));
  EXPECT_FALSE(Tells("B"));
  EXPECT_TRUE(Tells(""));
  EXPECT_FALSE(Tells("A"));
  EXPECT_FALSE(Tells("")) << "that it fails again was not told";
  EXPECT_TRUE(Tells("C"));
  EXPECT_FALSE(Tells("A"));
  EXPECT_TRUE(Tells(""));
}

TEST_F(FailureLogTest, EachReasonIsRememberedForItsOwnTime) {
  EXPECT_TRUE(Tells("A"));
  clock_.Advance(RepeatLimiter::kReminder / 2);
  EXPECT_TRUE(Tells("B"));
  clock_.Advance(RepeatLimiter::kReminder / 2);
  EXPECT_TRUE(Tells("A"));
  EXPECT_FALSE(Tells("B"));
}

TEST_F(FailureLogTest, ReasonsAreToldUpToALimit) {
  for (std::size_t i = 0; i < FailureLog::kMaxKinds; ++i) {
    EXPECT_TRUE(Tells(std::string(i + 1, 'x')));
  }
  EXPECT_FALSE(Tells("one more"));
  clock_.Advance(RepeatLimiter::kReminder);
  EXPECT_TRUE(Tells("one more"));
}

}  // namespace
}  // namespace sockdiag
