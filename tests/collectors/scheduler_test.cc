#include "collectors/scheduler.h"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "tests/support/fake_clock.h"
#include "tests/support/figures.h"
#include "tests/support/run_here.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using testing::Figures;
using testing::FiguresOf;
using testing::SumOf;
using testing::ValueOf;
using Work = std::function<Result<void>(Findings&)>;

constexpr Metric kRuns{"runs", kGauge, {}, "Runs so far."};

class TestCollector final : public Collector {
 public:
  TestCollector(std::string name, Work work, RunsIn runs_in = RunsIn::kOwnThread)
      : name_(std::move(name)), work_(std::move(work)), runs_in_(runs_in) {}
  [[nodiscard]] std::string_view name() const override { return name_; }
  [[nodiscard]] RunsIn runs_in() const override { return runs_in_; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override { return work_(findings); }

 private:
  const std::string name_;
  const Work work_;
  const RunsIn runs_in_;
};

Result<void> DoNothing(Findings&) { return {}; }

/// Shows all that the collectors found.
void ShowAll(const std::vector<std::shared_ptr<const Findings>>& findings, Collection& collection) {
  for (const auto& found : findings) {
    if (found) collection.samples.Append(Samples(found->samples));
  }
}

class SchedulerTest : public ::testing::Test {
 protected:
  std::unique_ptr<Scheduler> Make(std::vector<Work> works, const RunStarter& start = RunInThread) {
    std::vector<std::unique_ptr<Collector>> collectors;
    for (Work& work : works) {
      const std::string name(1, static_cast<char>('a' + collectors.size()));
      collectors.push_back(std::make_unique<TestCollector>(name, std::move(work)));
    }
    return std::make_unique<Scheduler>(std::move(collectors), ShowAll, clock_, start);
  }
  /// The error of the only collector.
  static std::string ErrorOf(Scheduler& scheduler) {
    return scheduler.Collect(std::nullopt)->collectors.at(0).error;
  }

  testing::FakeClock clock_;
};

TEST_F(SchedulerTest, ReportsEachCollectorWithItsErrorAndTime) {
  const auto scheduler = Make({DoNothing,
                               [&](Findings&) -> Result<void> {
                                 clock_.Advance(milliseconds(250));
                                 return Fail("broken");
                               }},
                              testing::RunHere);
  const auto collection = scheduler->Collect(std::nullopt);
  ASSERT_EQ(collection->collectors.size(), 2U);
  EXPECT_TRUE(collection->collectors[0].Succeeded());
  EXPECT_EQ(collection->collectors[1].collector, "b");
  EXPECT_EQ(collection->collectors[1].error, "broken");
  EXPECT_EQ(FiguresOf(collection->samples, Scheduler::kSuccess), (Figures{{"a", 1}, {"b", 0}}));
  EXPECT_EQ(FiguresOf(collection->samples, Scheduler::kDuration), (Figures{{"a", 0}, {"b", 0.25}}));
}

TEST_F(SchedulerTest, EachCollectionAfterTheOtherIsANewOne) {
  int runs = 0;
  const auto scheduler = Make({[&](Findings& findings) -> Result<void> {
    findings.samples.Add(kRuns, ++runs);
    return {};
  }});
  EXPECT_EQ(ValueOf(scheduler->Collect(std::nullopt)->samples, kRuns), 1);
  EXPECT_EQ(ValueOf(scheduler->Collect(std::nullopt)->samples, kRuns), 2);
}

TEST_F(SchedulerTest, AllWhoAskDuringACollectionShareIt) {
  std::latch may_end(1);
  std::atomic<int> runs = 0;
  const auto scheduler = Make({[&](Findings&) -> Result<void> {
    ++runs;
    may_end.wait();
    return {};
  }});
  std::vector<std::future<std::shared_ptr<const Collection>>> collections;
  for (int i = 0; i < 4; ++i) {
    collections.push_back(
        std::async(std::launch::async, [&] { return scheduler->Collect(std::nullopt); }));
  }
  while (scheduler->waiting() < 4) std::this_thread::yield();
  may_end.count_down();
  const auto first = collections.front().get();
  for (std::size_t i = 1; i < collections.size(); ++i) EXPECT_EQ(collections[i].get(), first);
  EXPECT_EQ(runs, 1);
}

TEST_F(SchedulerTest, KnowsWhatRunsAndWaitsForItNoLongerThanAsked) {
  std::latch may_end(1);
  const auto scheduler = Make({[&](Findings&) -> Result<void> {
    may_end.wait();
    return {};
  }});
  EXPECT_FALSE(scheduler->running_since());
  EXPECT_TRUE(scheduler->WaitForRuns(milliseconds(0)));
  // The real clock's time: the fake one's may be still to come, on a machine that has just started.
  const auto collection = scheduler->Collect(std::chrono::steady_clock::now());
  EXPECT_EQ(collection->collectors.at(0).error, "not done in time");
  EXPECT_TRUE(scheduler->running_since());
  EXPECT_FALSE(scheduler->WaitForRuns(milliseconds(1)));
  may_end.count_down();
  EXPECT_TRUE(scheduler->WaitForRuns(milliseconds(10'000)));
  EXPECT_FALSE(scheduler->running_since());
}

TEST_F(SchedulerTest, WhatACollectorThrowsIsItsErrorAndItsFindingsAreGone) {
  const auto scheduler = Make({[](Findings& findings) -> Result<void> {
    findings.samples.Add(kRuns, 1);
    throw std::runtime_error("thrown");
  }});
  const auto collection = scheduler->Collect(std::nullopt);
  EXPECT_EQ(collection->collectors.at(0).error, "thrown");
  EXPECT_FALSE(collection->samples.Has(kRuns));
}

TEST_F(SchedulerTest, WhatACollectorFoundBeforeItFailedIsShown) {
  const auto scheduler = Make({[](Findings& findings) -> Result<void> {
    findings.samples.Add(kRuns, 1);
    return Fail("one file is broken");
  }});
  const auto collection = scheduler->Collect(std::nullopt);
  EXPECT_FALSE(collection->collectors.at(0).Succeeded());
  EXPECT_TRUE(collection->samples.Has(kRuns));
}

/// Prometheus would take nothing of a text that has both.
TEST_F(SchedulerTest, OfSamplesWithTheSameLabelsTheFirstOneIsShownAndItIsSaid) {
  const auto scheduler = Make({[](Findings& findings) -> Result<void> {
                                 findings.lack = "no IPv6";
                                 findings.samples.Add(kRuns, 1);
                                 findings.samples.Add(kRuns, 2);
                                 return {};
                               },
                               DoNothing});
  const auto collection = scheduler->Collect(std::nullopt);
  EXPECT_EQ(ValueOf(collection->samples, kRuns), 1);
  EXPECT_EQ(collection->collectors[0].lack,
            "no IPv6; of samples with the same labels only the first one is shown: runs");
  EXPECT_EQ(collection->collectors[1].lack, "");
}

TEST_F(SchedulerTest, WhoRunsLastDoesSoInTheThreadOfWhoAsks) {
  std::atomic<bool> other_has_ended = false;
  const auto last = [&, asker = std::this_thread::get_id()](Findings&) -> Result<void> {
    EXPECT_TRUE(other_has_ended);
    EXPECT_EQ(std::this_thread::get_id(), asker);
    return {};
  };
  const auto other = [&](Findings&) -> Result<void> {
    other_has_ended = true;
    return {};
  };
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<TestCollector>("last", last, RunsIn::kLast));
  collectors.push_back(std::make_unique<TestCollector>("a", other));
  Scheduler scheduler(std::move(collectors), ShowAll, clock_);
  const auto collection = scheduler.Collect(std::nullopt);
  ASSERT_EQ(collection->collectors.size(), 2U);
  EXPECT_EQ(collection->collectors[1].collector, "last");
  EXPECT_TRUE(collection->collectors[1].Succeeded());
}

TEST_F(SchedulerTest, WhoSharesAThreadRunsInTurnAndFailsAlone) {
  int started = 0;
  const auto start = [&](const std::function<void()>& run) {
    ++started;
    run();
  };
  const auto find = [](double figure) -> Work {
    return [figure](Findings& findings) -> Result<void> {
      findings.samples.Add(kRuns, figure);
      return {};
    };
  };
  const auto fail = [](Findings&) -> Result<void> { throw std::runtime_error("broken"); };
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<TestCollector>("a", find(1), RunsIn::kSharedThread));
  collectors.push_back(std::make_unique<TestCollector>("own", find(2)));
  collectors.push_back(std::make_unique<TestCollector>("b", fail, RunsIn::kSharedThread));
  collectors.push_back(std::make_unique<TestCollector>("c", find(4), RunsIn::kSharedThread));
  Scheduler scheduler(std::move(collectors), ShowAll, clock_, start);
  const auto collection = scheduler.Collect(std::nullopt);
  EXPECT_EQ(started, 2);
  EXPECT_EQ(SumOf(collection->samples, kRuns), 7);
  EXPECT_EQ(FiguresOf(collection->samples, Scheduler::kSuccess),
            (Figures{{"a", 1}, {"b", 0}, {"c", 1}, {"own", 1}}));
}

TEST_F(SchedulerTest, WhoSharesAThreadWithOneThatHangsGoesOnWithoutIt) {
  std::latch may_end(1);
  const auto hang = [&](Findings&) -> Result<void> {
    may_end.wait();
    return {};
  };
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<TestCollector>("before", DoNothing, RunsIn::kSharedThread));
  collectors.push_back(std::make_unique<TestCollector>("hangs", hang, RunsIn::kSharedThread));
  collectors.push_back(std::make_unique<TestCollector>("behind", DoNothing, RunsIn::kSharedThread));
  Scheduler scheduler(std::move(collectors), ShowAll, clock_);
  const auto successes = [&] {
    return FiguresOf(scheduler.Collect(std::chrono::steady_clock::now() + milliseconds(1))->samples,
                     Scheduler::kSuccess);
  };
  Figures seen = successes();
  EXPECT_EQ(seen["hangs"], 0);
  while (seen != Figures{{"before", 1}, {"behind", 1}, {"hangs", 0}}) seen = successes();
  may_end.count_down();
}

TEST_F(SchedulerTest, WhatNoThreadHasTakenGoesWithTheScheduler) {
  std::function<void()> kept;
  std::vector<std::unique_ptr<Collector>> collectors;
  collectors.push_back(std::make_unique<TestCollector>("a", DoNothing, RunsIn::kSharedThread));
  auto scheduler = std::make_unique<Scheduler>(std::move(collectors), ShowAll, clock_,
                                               [&](std::function<void()> run) { kept = run; });
  static_cast<void>(scheduler->Collect(std::chrono::steady_clock::now()));
  scheduler.reset();
  kept();
}

TEST_F(SchedulerTest, AClosedOneStartsNothing) {
  int runs = 0;
  const auto scheduler = Make({[&](Findings&) -> Result<void> {
                                ++runs;
                                return {};
                              }},
                              testing::RunHere);
  EXPECT_TRUE(scheduler->Collect(std::nullopt));
  scheduler->Close();
  EXPECT_FALSE(scheduler->Collect(std::nullopt));
  EXPECT_EQ(runs, 1);
}

TEST_F(SchedulerTest, WithoutAThreadTheCollectorHasFailed) {
  bool has_threads = false;
  const auto scheduler = Make({DoNothing}, [&](const std::function<void()>& run) {
    if (!has_threads) {
      throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
    }
    run();
  });
  EXPECT_EQ(ErrorOf(*scheduler), "cannot start a thread: Resource temporarily unavailable");
  EXPECT_FALSE(scheduler->running_since());
  has_threads = true;
  EXPECT_EQ(ErrorOf(*scheduler), "");
}

}  // namespace
}  // namespace sockdiag
