#include "base/failure_news.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

namespace sockdiag {
namespace {

// What is told and when is in tests/app/failure_log_test.cc.
TEST(FailureNews, WhatCouldNotBeToldIsToldTheNextTime) {
  const Clock::TimePoint now{std::chrono::hours(1)};
  const auto broken = [](FailureNews::News) { throw std::runtime_error("out of memory"); };
  FailureNews news;
  EXPECT_THROW(news.Note("it broke", now, broken), std::runtime_error);
  int told = 0;
  news.Note("it broke", now, [&](FailureNews::News) { ++told; });
  EXPECT_EQ(told, 1);
  EXPECT_THROW(news.Note("", now, broken), std::runtime_error);
  news.Note("", now, [&](FailureNews::News what) {
    EXPECT_EQ(what, FailureNews::News::kWorksAgain);
    ++told;
  });
  EXPECT_EQ(told, 2);
}

class ReasonsTest : public ::testing::Test {
 protected:
  /// Whether one attempt is news.
  bool Tells(std::string_view error) {
    bool told = false;
    news_.Note(error, now_, [&](FailureNews::News) { told = true; });
    return told;
  }

  Clock::TimePoint now_{std::chrono::hours(1)};
  FailureNews news_;
};

TEST_F(ReasonsTest, TwoThatTakeTurnsAreToldOnceEach) {
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

TEST_F(ReasonsTest, EachIsRememberedForItsOwnTime) {
  EXPECT_TRUE(Tells("A"));
  now_ += FailureNews::kReminder / 2;
  EXPECT_TRUE(Tells("B"));
  now_ += FailureNews::kReminder / 2;
  EXPECT_TRUE(Tells("A"));
  EXPECT_FALSE(Tells("B"));
}

TEST_F(ReasonsTest, AreToldUpToALimit) {
  for (std::size_t i = 0; i < FailureNews::kMaxKinds; ++i) {
    EXPECT_TRUE(Tells(std::string(i + 1, 'x')));
  }
  EXPECT_FALSE(Tells("one more"));
  now_ += FailureNews::kReminder;
  EXPECT_TRUE(Tells("one more"));
}

}  // namespace
}  // namespace sockdiag
