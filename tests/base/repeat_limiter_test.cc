#include "base/repeat_limiter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sockdiag {
namespace {

class RepeatLimiterTest : public ::testing::Test {
 protected:
  bool Tells(std::string_view kind) {
    return limiter_.TryTell(kind, now_, [] { return true; });
  }

  Clock::TimePoint now_{std::chrono::hours(1)};
  RepeatLimiter limiter_{3};
};

TEST_F(RepeatLimiterTest, RemembersEachKindForItsOwnTime) {
  EXPECT_TRUE(Tells("A"));
  now_ += RepeatLimiter::kReminder / 2;
  EXPECT_TRUE(Tells("B"));
  now_ += RepeatLimiter::kReminder / 2;
  EXPECT_TRUE(Tells("A"));
  EXPECT_FALSE(Tells("B"));
}

TEST_F(RepeatLimiterTest, HasALimitOfKinds) {
  for (const char* const kind : {"A", "B", "C"}) EXPECT_TRUE(Tells(kind));
  EXPECT_FALSE(Tells("D"));
  now_ += RepeatLimiter::kReminder;
  EXPECT_TRUE(Tells("D"));
}

TEST_F(RepeatLimiterTest, AsksAgainAboutWhatWasNotTold) {
  EXPECT_FALSE(limiter_.TryTell("A", now_, [] { return false; }));
  const auto broken = []() -> bool { throw std::runtime_error("out of memory"); };
  EXPECT_THROW(limiter_.TryTell("A", now_, broken), std::runtime_error);
  EXPECT_TRUE(Tells("A"));
}

TEST(WithoutDigits, IsTheSameForErrorsThatDifferInANumber) {
  EXPECT_EQ(WithoutDigits("answer 17 of 20"), WithoutDigits("answer 4 of 8"));
  EXPECT_NE(WithoutDigits("answer 17"), WithoutDigits("question 17"));
}

}  // namespace
}  // namespace sockdiag
