#include "inspect/inspector.h"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <future>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Query Ask(const std::string& text) { return *Query::Parse(text); }

class InspectorTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  /// Of each look.
  std::vector<std::size_t> asked_;
  std::vector<Clock::Duration> waits_;
  std::chrono::nanoseconds cpu_{0};
  std::chrono::nanoseconds cost_{0};
  std::string error_;
  /// Runs during the next look.
  std::function<void()> on_look_ = [] {};
  Inspector inspector_{{.look = [this](std::span<const Query> queries) -> Result<Inspection> {
                          asked_.push_back(queries.size());
                          std::exchange(on_look_, [] {})();
                          cpu_ += cost_;
                          if (!error_.empty()) return Fail(error_);
                          Inspection inspection;
                          inspection.answers.resize(queries.size());
                          return inspection;
                        },
                        .cpu_clock = [this] { return cpu_; },
                        .wait =
                            [this](Clock::Duration duration) {
                              waits_.push_back(duration);
                              clock_.Advance(std::chrono::duration_cast<milliseconds>(duration));
                            },
                        .cpu_budget = 0.05,
                        .clock = clock_}};
};

TEST_F(InspectorTest, AnswersTheSameAgainWithoutALook) {
  const Inspector::Answered first = inspector_.Ask(Ask("by=port"));
  ASSERT_TRUE(first);
  EXPECT_NE((*first)->Find(Ask("by=port")), nullptr);
  clock_.Advance(milliseconds(4999));
  EXPECT_EQ(*inspector_.Ask(Ask("by=port")), *first);
  EXPECT_EQ(asked_.size(), 1U);
  clock_.Advance(milliseconds(1));
  EXPECT_NE(*inspector_.Ask(Ask("by=port")), *first);
  EXPECT_EQ(waits_.size(), 0U);
}

TEST_F(InspectorTest, WaitsBeforeItLooksAgain) {
  ASSERT_TRUE(inspector_.Ask(Ask("by=port")));
  clock_.Advance(seconds(2));
  ASSERT_TRUE(inspector_.Ask(Ask("by=remote")));
  EXPECT_EQ(waits_, std::vector<Clock::Duration>{seconds(3)});
}

TEST_F(InspectorTest, WaitsLongerWhereLooksAreDear) {
  cost_ = milliseconds(500);
  ASSERT_TRUE(inspector_.Ask(Ask("by=port")));
  ASSERT_TRUE(inspector_.Ask(Ask("by=remote")));
  EXPECT_EQ(waits_, std::vector<Clock::Duration>{seconds(10)}) << "0.05 of a core";
}

TEST_F(InspectorTest, WhoAskMeanwhileShareTheNextLook) {
  std::vector<std::future<Inspector::Answered>> others;
  on_look_ = [&] {
    for (const char* text : {"by=remote", "by=remote", "by=state"}) {
      others.push_back(
          std::async(std::launch::async, [this, text] { return inspector_.Ask(Ask(text)); }));
    }
    while (inspector_.waiting() < 1 + 3) std::this_thread::yield();
  };
  ASSERT_TRUE(inspector_.Ask(Ask("by=port")));
  for (auto& other : others) ASSERT_TRUE(other.get());
  EXPECT_EQ(asked_, (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(inspector_.waiting(), 0);
}

TEST_F(InspectorTest, RefusesMoreDifferentQueriesThanOneLookAnswers) {
  ASSERT_TRUE(inspector_.Ask(Ask("by=port")));
  std::vector<std::future<Inspector::Answered>> others;
  Inspector* const inspector = &inspector_;
  // All come while the first of them waits.
  std::size_t refused = 0;
  on_look_ = [&] {
    for (std::size_t i = 0; i <= Inspector::kMaxQueries; ++i) {
      others.push_back(std::async(std::launch::async, [inspector, i] {
        return inspector->Ask(Ask("port=" + std::to_string(i + 1)));
      }));
    }
    // The one too many has its answer at once, the others wait for this look's end.
    bool is_refused = false;
    while (!is_refused) {
      for (auto& other : others) {
        is_refused = is_refused || other.wait_for(milliseconds(1)) == std::future_status::ready;
      }
    }
  };
  clock_.Advance(seconds(5));
  ASSERT_TRUE(inspector_.Ask(Ask("by=state")));
  for (auto& other : others) {
    const Inspector::Answered answered = other.get();
    if (answered) continue;
    ++refused;
    EXPECT_EQ(answered.error().refusal, Inspector::Refusal::kBusy);
    EXPECT_EQ(answered.error().message,
              "more than 8 different queries at once; try again in a moment");
  }
  EXPECT_EQ(refused, 1U);
  EXPECT_EQ(asked_.back(), Inspector::kMaxQueries);
}

TEST_F(InspectorTest, AFailureIsToldAndNotRemembered) {
  error_ = "timed out";
  const Inspector::Answered failed = inspector_.Ask(Ask(""));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().refusal, Inspector::Refusal::kFailed);
  EXPECT_EQ(failed.error().message, "timed out");
  error_.clear();
  EXPECT_TRUE(inspector_.Ask(Ask("")));
}

TEST_F(InspectorTest, WantOfMemoryLeavesNobodyWaiting) {
  on_look_ = [] { throw std::bad_alloc(); };
  EXPECT_THROW(static_cast<void>(inspector_.Ask(Ask(""))), std::bad_alloc);
  EXPECT_TRUE(inspector_.Ask(Ask("")));
}

}  // namespace
}  // namespace sockdiag
