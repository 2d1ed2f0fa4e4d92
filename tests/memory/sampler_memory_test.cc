#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/memory/allocation_failure.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_sampling.h"

namespace sockdiag {
namespace {

using testing::FailEachAllocation;
using testing::FakeSampling;

TEST(SamplerMemory, AFailedSampleLeavesTheWatchAsItWas) {
  testing::FakeClock clock;
  FakeSampling healthy(clock);
  FakeSampling hit(clock);
  std::uint64_t cookie = 1000;
  const auto go_on = [&] {
    clock.Advance(std::chrono::milliseconds(500));
    healthy.tables.tcp.at(4).cookie = hit.tables.tcp.at(4).cookie = ++cookie;
  };
  EXPECT_EQ(hit.Sample(), healthy.Sample());
  go_on();
  const std::uint64_t failures =
      FailEachAllocation([&] { static_cast<void>(hit.sampler.SampleOnce()); },
                         [&](std::uint64_t nth, bool thrown) {
                           SCOPED_TRACE("allocation " + std::to_string(nth));
                           EXPECT_TRUE(thrown);
                           EXPECT_EQ(hit.Sample(), healthy.Sample());
                           go_on();
                         });
  EXPECT_GT(failures, 10U);
}

}  // namespace
}  // namespace sockdiag
