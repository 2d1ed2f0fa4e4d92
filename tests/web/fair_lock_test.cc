#include "web/fair_lock.h"

#include <gtest/gtest.h>

#include <optional>
#include <thread>
#include <vector>

namespace sockdiag::web {
namespace {

TEST(FairLock, ServesInTheOrderOfArrival) {
  FairLock lock(8);
  std::vector<int> served;  // written by who holds it
  std::vector<std::thread> threads;
  {
    const std::optional<FairLock::Hold> first = lock.Acquire();
    ASSERT_TRUE(first.has_value());
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&lock, &served, i] {
        const std::optional<FairLock::Hold> hold = lock.Acquire();
        ASSERT_TRUE(hold.has_value());
        served.push_back(i);
      });
      while (lock.UserCount() < static_cast<std::size_t>(i) + 2) std::this_thread::yield();
    }
    EXPECT_TRUE(served.empty());
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(lock.UserCount(), 0U);
}

TEST(FairLock, TurnsAwayWhomItHasNoPlaceFor) {
  FairLock lock(1);
  std::thread waiting;
  {
    const std::optional<FairLock::Hold> hold = lock.Acquire();
    waiting = std::thread([&] { EXPECT_TRUE(lock.Acquire().has_value()); });
    while (lock.UserCount() < 2) std::this_thread::yield();
    EXPECT_FALSE(lock.Acquire().has_value());
    EXPECT_FALSE(lock.Acquire().has_value());
    EXPECT_EQ(lock.UserCount(), 2U);
  }
  waiting.join();
  EXPECT_TRUE(lock.Acquire().has_value());
}

TEST(FairLock, WithoutPlacesToWaitIsHeldByOne) {
  FairLock lock(0);
  std::optional<FairLock::Hold> hold = lock.Acquire();
  EXPECT_TRUE(hold.has_value());
  EXPECT_FALSE(lock.Acquire().has_value());
  hold.reset();
  EXPECT_TRUE(lock.Acquire().has_value());
}

}  // namespace
}  // namespace sockdiag::web
