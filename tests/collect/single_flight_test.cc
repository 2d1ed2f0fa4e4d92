#include "collect/single_flight.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sockdiag {
namespace {

TEST(SingleFlight, EachCallAfterTheOtherDoesItsOwnWork) {
  int runs = 0;
  SingleFlight<int> flight([&] { return ++runs; });
  EXPECT_EQ(*flight.Get(), 1);
  EXPECT_EQ(*flight.Get(), 2);
}

TEST(SingleFlight, CallsDuringTheWorkShareIt) {
  constexpr std::size_t kFollowers = 8;
  int runs = 0;
  std::latch begun(1);
  std::latch may_end(1);
  SingleFlight<int> flight([&] {
    begun.count_down();
    may_end.wait();
    return ++runs;
  });
  std::vector<SingleFlight<int>::Outcome> outcomes(kFollowers + 1);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { outcomes[0] = flight.Get(); });
  begun.wait();
  for (std::size_t i = 1; i <= kFollowers; ++i) {
    threads.emplace_back([&, i] { outcomes[i] = flight.Get(); });
  }
  while (flight.waiting() < kFollowers) std::this_thread::yield();
  may_end.count_down();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(runs, 1);
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome, outcomes[0]);
}

TEST(SingleFlight, GivesWhatTheWorkThrowsAndStartsAgain) {
  int runs = 0;
  SingleFlight<int> flight([&]() -> int {
    if (++runs == 1) throw std::runtime_error("first");
    return runs;
  });
  EXPECT_THROW(static_cast<void>(flight.Get()), std::runtime_error);
  EXPECT_EQ(*flight.Get(), 2);
}

}  // namespace
}  // namespace sockdiag
