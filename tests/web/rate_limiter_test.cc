#include "web/rate_limiter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "tests/support/fake_clock.h"

namespace sockdiag::web {
namespace {

using sockdiag::testing::FakeClock;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

/// How many requests in a row are let through, at most `most`.
unsigned CountTaken(RateLimiter& limiter, unsigned most = 100) {
  unsigned taken = 0;
  while (taken < most && limiter.TryTake()) ++taken;
  return taken;
}

TEST(RateLimiter, LetsEverythingThroughWithoutAnInterval) {
  const FakeClock clock;
  RateLimiter limiter({}, clock);
  EXPECT_EQ(CountTaken(limiter), 100U);
  RateLimiter with_burst({seconds(0), 3}, clock);
  EXPECT_EQ(CountTaken(with_burst), 100U);
}

TEST(RateLimiter, BeginsWithABurst) {
  const FakeClock clock;
  RateLimiter limiter({seconds(1), 5}, clock);
  EXPECT_EQ(CountTaken(limiter), 5U);
}

TEST(RateLimiter, GivesATokenBackInEachInterval) {
  FakeClock clock;
  RateLimiter limiter({seconds(1), 5}, clock);
  EXPECT_EQ(CountTaken(limiter), 5U);
  clock.Advance(seconds(1) - nanoseconds(1));
  EXPECT_FALSE(limiter.TryTake());
  clock.Advance(nanoseconds(1));
  EXPECT_EQ(CountTaken(limiter), 1U);
  clock.Advance(milliseconds(3500));
  EXPECT_EQ(CountTaken(limiter), 3U);
  clock.Advance(milliseconds(500));
  EXPECT_EQ(CountTaken(limiter), 1U) << "half an interval was lost";
}

TEST(RateLimiter, KeepsNoMoreThanABurst) {
  FakeClock clock;
  RateLimiter limiter({seconds(1), 2}, clock);
  clock.Advance(hours(24 * 365));
  EXPECT_EQ(CountTaken(limiter), 2U);
  clock.Advance(milliseconds(999));
  EXPECT_FALSE(limiter.TryTake());
}

TEST(RateLimiter, CountsTheIntervalFromTheRequestThatTookFromAFullBucket) {
  FakeClock clock;
  RateLimiter limiter({seconds(10), 1}, clock);
  clock.Advance(seconds(9));
  EXPECT_TRUE(limiter.TryTake());
  clock.Advance(seconds(9));
  EXPECT_FALSE(limiter.TryTake());
  clock.Advance(seconds(1));
  EXPECT_TRUE(limiter.TryTake());
}

TEST(RateLimiter, LetsNothingThroughWithoutABurst) {
  FakeClock clock;
  RateLimiter limiter({seconds(1), 0}, clock);
  clock.Advance(hours(1));
  EXPECT_FALSE(limiter.TryTake());
}

TEST(RateLimiter, TakesExtremeLimits) {
  FakeClock clock;
  RateLimiter slow({nanoseconds::max(), std::numeric_limits<unsigned>::max()}, clock);
  RateLimiter fast({nanoseconds(1), std::numeric_limits<unsigned>::max()}, clock);
  EXPECT_EQ(CountTaken(slow), 100U);
  EXPECT_EQ(CountTaken(fast), 100U);
  clock.Advance(hours(24 * 365 * 100));
  EXPECT_EQ(CountTaken(slow), 100U);
  EXPECT_EQ(CountTaken(fast), 100U);
}

TEST(RateLimiter, KeepsItsTokensWhenTheLimitIsSetAgain) {
  const FakeClock clock;
  RateLimiter limiter({seconds(1), 2}, clock);
  EXPECT_EQ(CountTaken(limiter), 2U);
  limiter.SetLimit({seconds(1), 2});
  EXPECT_FALSE(limiter.TryTake());
  limiter.SetLimit({seconds(1), 3});
  EXPECT_EQ(CountTaken(limiter), 3U);
  limiter.SetLimit({});
  EXPECT_EQ(CountTaken(limiter), 100U);
}

}  // namespace
}  // namespace sockdiag::web
