#include "web/fair_lock.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

namespace sockdiag::http {
namespace {

TEST(WaitingLine, ServesInTheOrderOfArrival) {
  WaitingLine line(8);
  std::vector<int> served;  // written by whose turn it is
  std::vector<std::thread> threads;
  {
    const std::optional<WaitingLine::Turn> first = line.Enter();
    ASSERT_TRUE(first.has_value());
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&line, &served, i] {
        const std::optional<WaitingLine::Turn> turn = line.Enter();
        ASSERT_TRUE(turn.has_value());
        served.push_back(i);
      });
      while (line.Length() < static_cast<std::size_t>(i) + 2) std::this_thread::yield();
    }
    EXPECT_TRUE(served.empty());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(line.Length(), 0U);
}

TEST(WaitingLine, TurnsAwayWhomItHasNoPlaceFor) {
  WaitingLine line(1);
  std::thread waiting;
  {
    const std::optional<WaitingLine::Turn> turn = line.Enter();
    waiting = std::thread([&] { EXPECT_TRUE(line.Enter().has_value()); });
    while (line.Length() < 2) std::this_thread::yield();
    EXPECT_FALSE(line.Enter().has_value());
    EXPECT_FALSE(line.Enter().has_value());
    EXPECT_EQ(line.Length(), 2U);
  }
  waiting.join();
  EXPECT_TRUE(line.Enter().has_value());
}

TEST(WaitingLine, WithoutPlacesToWaitHasOneTurn) {
  WaitingLine line(0);
  std::optional<WaitingLine::Turn> turn = line.Enter();
  EXPECT_TRUE(turn.has_value());
  EXPECT_FALSE(line.Enter().has_value());
  turn.reset();
  EXPECT_TRUE(line.Enter().has_value());
}

}  // namespace
}  // namespace sockdiag::http
