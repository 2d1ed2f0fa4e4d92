#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "app/pipeline.h"
#include "metrics/text.h"
#include "tests/app/fake_exporter.h"
#include "tests/memory/allocation_failure.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_tables.h"

namespace sockdiag {
namespace {

using testing::FailEachAllocation;
using testing::FakeTables;

/// Pipelines over tables and a memory of their own.
class Host {
 public:
  explicit Host(const Clock& clock) : clock_(clock), memory_(clock) {}

  [[nodiscard]] std::shared_ptr<Pipeline> MakePipeline() {
    return testing::FakePipeline({{{Protocol::kTcp, Port::FromHost(80)}, "http"}}, tables, clock_,
                                 memory_);
  }

  FakeTables tables = testing::MixedTables();

 private:
  const Clock& clock_;
  SocketMemory memory_;
};

testing::Lines Shown(Pipeline& pipeline) {
  return testing::SamplesOf(ToText(pipeline.Collect()->samples));
}

/// A pipeline whose successors run out of memory when they are to take effect, beside one that is
/// left alone.
TEST(ReconfigurationMemory, WhoCannotTakeEffectLeavesAllAsItWas) {
  testing::FakeClock clock;
  Host alone(clock);
  Host host(clock);
  const std::shared_ptr<Pipeline> reference = alone.MakePipeline();
  reference->TakeEffect();
  std::shared_ptr<Pipeline> in_force = host.MakePipeline();
  in_force->TakeEffect();
  std::uint64_t cookie = 1000;
  const auto expect_same = [&] {
    clock.Advance(std::chrono::milliseconds(500));
    alone.tables.tcp.at(4).cookie = host.tables.tcp.at(4).cookie = ++cookie;
    testing::ExpectSame(Shown(*in_force), Shown(*reference));
  };
  expect_same();
  expect_same();
  std::shared_ptr<Pipeline> next = host.MakePipeline();
  bool has_taken_effect = false;
  const auto check = [&](bool thrown) {
    EXPECT_EQ(thrown, !has_taken_effect);
    if (has_taken_effect) in_force = next;
    expect_same();
    has_taken_effect = false;
    next = host.MakePipeline();
  };
  const std::uint64_t failures = FailEachAllocation(
      [&] {
        next->TakeEffect();
        has_taken_effect = true;
      },
      [&](std::uint64_t nth, bool thrown) {
        SCOPED_TRACE("allocation " + std::to_string(nth));
        check(thrown);
      });
  EXPECT_GT(failures, 20U);
  check(false);
}

}  // namespace
}  // namespace sockdiag
