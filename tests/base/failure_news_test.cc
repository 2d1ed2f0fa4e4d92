#include "base/failure_news.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

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

}  // namespace
}  // namespace sockdiag
