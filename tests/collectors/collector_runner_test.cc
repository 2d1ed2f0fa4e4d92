#include "collectors/collector_runner.h"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <system_error>

#include "tests/support/fake_clock.h"
#include "tests/support/run_here.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;

/// Counts its runs, and can wait in the middle of one.
class TestCollector final : public Collector {
 public:
  explicit TestCollector(std::function<Result<void>(Findings&)> work) : work_(std::move(work)) {}
  [[nodiscard]] std::string_view name() const override { return "test"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override { return work_(findings); }

 private:
  std::function<Result<void>(Findings&)> work_;
};

class CollectorRunnerTest : public ::testing::Test {
 protected:
  CollectorRunner Make(std::function<Result<void>(Findings&)> work,
                       const RunStarter& start = RunInThread) {
    return {std::make_unique<TestCollector>(std::move(work)), clock_, start};
  }
  testing::FakeClock clock_;
};

TEST_F(CollectorRunnerTest, EachRunAfterTheOtherIsANewOne) {
  int runs = 0;
  CollectorRunner runner = Make([&](Findings& findings) -> Result<void> {
    findings.dumps.resize(static_cast<std::size_t>(++runs));
    return {};
  });
  EXPECT_EQ(runner.Run().get()->findings.dumps.size(), 1U);
  EXPECT_EQ(runner.Run().get()->findings.dumps.size(), 2U);
}

TEST_F(CollectorRunnerTest, WhoAsksDuringARunSharesIt) {
  std::latch may_end(1);
  int runs = 0;
  CollectorRunner runner = Make([&](Findings&) -> Result<void> {
    ++runs;
    may_end.wait();
    return {};
  });
  const auto first = runner.Run();
  const auto second = runner.Run();
  EXPECT_TRUE(runner.running_since());
  EXPECT_FALSE(runner.WaitUntilIdle(milliseconds(1)));
  may_end.count_down();
  EXPECT_EQ(first.get(), second.get());
  EXPECT_TRUE(runner.WaitUntilIdle(milliseconds(10'000)));
  EXPECT_FALSE(runner.running_since());
  EXPECT_EQ(runs, 1);
}

TEST_F(CollectorRunnerTest, ReportsTheErrorAndTheTime) {
  CollectorRunner runner = Make(
      [&](Findings&) -> Result<void> {
        clock_.Advance(milliseconds(250));
        return Fail("broken");
      },
      testing::RunHere);
  const auto outcome = runner.Run().get();
  EXPECT_EQ(outcome->report.collector, "test");
  EXPECT_EQ(outcome->report.error, "broken");
  EXPECT_DOUBLE_EQ(outcome->report.seconds, 0.25);
}

TEST_F(CollectorRunnerTest, WhatACollectorThrowsIsItsErrorAndItsFindingsAreGone) {
  CollectorRunner runner = Make([](Findings& findings) -> Result<void> {
    findings.dumps.resize(1);
    throw std::runtime_error("thrown");
  });
  const auto outcome = runner.Run().get();
  EXPECT_EQ(outcome->report.error, "thrown");
  EXPECT_TRUE(outcome->findings.dumps.empty());
}

TEST_F(CollectorRunnerTest, WithoutAThreadTheCollectorHasFailed) {
  bool has_threads = false;
  CollectorRunner runner = Make(
      [](Findings&) -> Result<void> { return {}; },
      [&](const std::function<void()>& run) {
        if (!has_threads) {
          throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
        }
        run();
      });
  EXPECT_EQ(runner.Run().get()->report.error,
            "cannot start a thread: Resource temporarily unavailable");
  EXPECT_FALSE(runner.running_since());
  has_threads = true;
  EXPECT_TRUE(runner.Run().get()->report.Succeeded());
}

}  // namespace
}  // namespace sockdiag
