#include "base/limited_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_log.h"

namespace sockdiag {
namespace {

using Lines = std::vector<std::string>;

class LimitedLogTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::FakeLog log_;
  LimitedLog limited_{log_, clock_};
};

TEST_F(LimitedLogTest, LimitsLinesPerMinuteAndSaysHowManyItLeftOut) {
  for (unsigned i = 0; i < LimitedLog::kLinesPerMinute + 3; ++i) {
    limited_.Warn("line " + std::to_string(i));
  }
  EXPECT_EQ(log_.Messages(LogLevel::kWarn).size(), LimitedLog::kLinesPerMinute);
  clock_.Advance(std::chrono::seconds(59));
  limited_.Warn("still within the minute");
  EXPECT_EQ(log_.Messages().size(), LimitedLog::kLinesPerMinute);
  clock_.Advance(std::chrono::seconds(1));
  log_.Clear();
  limited_.Warn("later");
  limited_.Warn("last");
  EXPECT_EQ(log_.Messages(LogLevel::kWarn),
            (Lines{"left out 4 warnings like this one", "later", "last"}));
}

TEST_F(LimitedLogTest, RemindsOfTheSameLineNowAndThen) {
  for (const char* line : {"first", "first", "second", "first", "second"}) limited_.Warn(line);
  EXPECT_EQ(log_.Messages(), (Lines{"first", "second"}));
  clock_.Advance(RepeatLimiter::kReminder);
  limited_.Warn("first");
  EXPECT_EQ(log_.Messages(), (Lines{"first", "second", "first"}));
}

TEST_F(LimitedLogTest, OneLineOfAKindIsEnough) {
  EXPECT_TRUE(limited_.Warn("no memory on a", "no memory"));
  EXPECT_FALSE(limited_.Warn("no memory on b", "no memory"));
  EXPECT_TRUE(limited_.Warn("no thread on a", "no thread"));
  EXPECT_EQ(log_.Messages(), (Lines{"no memory on a", "no thread on a"}));
}

TEST_F(LimitedLogTest, SurvivesALogThatThrows) {
  log_.SetBroken(true);
  EXPECT_FALSE(limited_.Warn("line"));
}

TEST_F(LimitedLogTest, WritesTheNextTimeWhatCouldNotBeWritten) {
  for (unsigned i = 0; i < LimitedLog::kLinesPerMinute; ++i) {
    EXPECT_TRUE(limited_.Warn("line " + std::to_string(i)));
  }
  EXPECT_FALSE(limited_.Warn("one too many"));
  clock_.Advance(std::chrono::minutes(1));
  log_.Clear();
  log_.SetBroken(true);
  EXPECT_FALSE(limited_.Warn("line"));
  log_.SetBroken(false);
  EXPECT_TRUE(limited_.Warn("line"));
  EXPECT_FALSE(limited_.Warn("line"));
  EXPECT_EQ(log_.Messages(), (Lines{"left out 1 warnings like this one", "line"}));
}

TEST_F(LimitedLogTest, RemembersAllThatItMayWriteWithinAReminder) {
  // Each minute begins with one line, and the others come at its end.
  int lines = 0;
  const auto write = [&](unsigned count) {
    for (unsigned i = 0; i < count; ++i) EXPECT_TRUE(limited_.Warn(std::to_string(++lines)));
  };
  for (int minute = 0; minute < 20; ++minute) {
    write(1);
    clock_.Advance(std::chrono::seconds(59));
    write(LimitedLog::kLinesPerMinute - 1);
    clock_.Advance(std::chrono::seconds(1));
  }
}

}  // namespace
}  // namespace sockdiag
