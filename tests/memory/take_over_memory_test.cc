#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "app/pipeline.h"
#include "metrics/families.h"
#include "tests/app/fake_exporter.h"
#include "tests/memory/allocation_failure.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_tables.h"

namespace sockdiag {
namespace {

using testing::FailEachAllocation;
using testing::FakeTables;

/// Pipelines over tables of their own.
class Host {
 public:
  explicit Host(const Clock& clock) : clock_(clock) {}

  [[nodiscard]] std::shared_ptr<Pipeline> MakePipeline() {
    return testing::FakePipeline({{{Protocol::kTcp, Port::FromHost(80)}, "http"}}, tables, clock_,
                                 errors_);
  }

  FakeTables tables = testing::MixedTables();

 private:
  const Clock& clock_;
  DumpErrors errors_;
};

testing::Lines Shown(Pipeline& pipeline) {
  Exposition exposition;
  exposition.collection = pipeline.Collect();
  return testing::SamplesOf(ToText(ToFamilies(exposition)));
}

/// A pipeline whose successors run out of memory when they are to go on from it, beside one that is
/// left alone.
TEST(TakeOverMemory, AFailedTakeOverLeavesTheOtherAsItWas) {
  testing::FakeClock clock;
  Host alone(clock);
  Host host(clock);
  const std::shared_ptr<Pipeline> reference = alone.MakePipeline();
  std::shared_ptr<Pipeline> in_force = host.MakePipeline();
  std::uint64_t cookie = 1000;
  const auto expect_same = [&] {
    clock.Advance(std::chrono::milliseconds(500));
    alone.tables.tcp.at(4).cookie = host.tables.tcp.at(4).cookie = ++cookie;
    testing::ExpectSame(Shown(*in_force), Shown(*reference));
  };
  expect_same();
  expect_same();
  std::shared_ptr<Pipeline> next = host.MakePipeline();
  bool is_taken_over = false;
  const auto check = [&](bool thrown) {
    EXPECT_EQ(thrown, !is_taken_over);
    if (is_taken_over) in_force = next;
    expect_same();
    is_taken_over = false;
    next = host.MakePipeline();
  };
  const std::uint64_t failures = FailEachAllocation(
      [&] { is_taken_over = next->StartFrom(*in_force, std::chrono::milliseconds(0)); },
      [&](std::uint64_t nth, bool thrown) {
        SCOPED_TRACE("allocation " + std::to_string(nth));
        check(thrown);
      });
  EXPECT_GT(failures, 50U);
  check(false);
}

}  // namespace
}  // namespace sockdiag
