#include "findings/figure_history.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace sockdiag {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class FigureHistoryTest : public ::testing::Test {
 protected:
  void Add(double value) {
    history_.Add({{"a", value}}, now_);
    now_ += minutes(1);
  }

  Clock::TimePoint now_{std::chrono::hours(1)};
  FigureHistory history_;
};

TEST_F(FigureHistoryTest, KeepsAPointAMinuteForAnHour) {
  for (int second = 0; second <= 2 * 3600; second += 15) {
    history_.Add({{"a", second + 1.0}}, now_ + seconds(second));
  }
  const FigureHistory::Points& points = history_.Of("a");
  ASSERT_EQ(points.size(), FigureHistory::kMaxPoints);
  EXPECT_EQ(points.back().value, 7201);
  EXPECT_EQ(points.front().value, 7201 - 59 * 60);
}

TEST_F(FigureHistoryTest, TellsSinceWhenWithoutABreak) {
  for (const double value : {9.0, 3.0, 5.0, 7.0}) Add(value);
  EXPECT_EQ(history_.Since("a", 5), now_ - minutes(2));
  EXPECT_EQ(history_.Since("a", 1), now_ - minutes(4));
  EXPECT_EQ(history_.Since("a", 8), std::nullopt);
  EXPECT_EQ(history_.Since("b", 0), std::nullopt);
}

TEST_F(FigureHistoryTest, TellsGrowthOnceHalfTheWindowIsKnown) {
  for (const double value : {10.0, 20.0, 30.0, 40.0, 50.0}) Add(value);
  EXPECT_EQ(history_.GrowthPerMinute("a", minutes(10)), std::nullopt);
  Add(60);
  EXPECT_EQ(history_.GrowthPerMinute("a", minutes(10)), 10);
  EXPECT_EQ(history_.GrowthPerMinute("b", minutes(10)), std::nullopt);
}

TEST_F(FigureHistoryTest, WhatIsNewWas0Before) {
  history_.Add({}, now_);
  now_ += minutes(1);
  Add(5);
  ASSERT_EQ(history_.Of("a").size(), 2U);
  EXPECT_EQ(history_.Of("a").front().value, 0);
}

TEST_F(FigureHistoryTest, ForgetsWhatIs0ForAnHour) {
  Add(1);
  for (int i = 0; i < 59; ++i) history_.Add({}, now_ + minutes(i));
  EXPECT_EQ(history_.Of("a").size(), FigureHistory::kMaxPoints);
  history_.Add({}, now_ + minutes(60));
  EXPECT_TRUE(history_.Of("a").empty());
}

TEST_F(FigureHistoryTest, IsBoundedAndPrefersTheLargest) {
  std::map<std::string, double> many;
  for (int i = 1; i <= 300; ++i) many[std::to_string(i)] = i;
  history_.Add(many, now_);
  EXPECT_TRUE(history_.Of("44").empty());
  EXPECT_FALSE(history_.Of("45").empty());
  many["new"] = 1000;
  history_.Add(many, now_ + minutes(1));
  EXPECT_TRUE(history_.Of("new").empty()) << "who has a place keeps it";
}

}  // namespace
}  // namespace sockdiag
