#include <benchmark/benchmark.h>

#include "sockets/tally/snapshot_builder.h"
#include "tests/bench/synthetic.h"

namespace sockdiag::bench {
namespace {

/// One snapshot per iteration, in a daemon that has run for a while: names have their places.
void BuildSnapshot(benchmark::State& state) {
  const auto ports = static_cast<std::size_t>(state.range(0));
  const auto limit = static_cast<std::size_t>(state.range(1));
  const ServiceMatcher matcher(PortRules(100), Database());
  SnapshotBuilder builder(matcher, Limits{.services = limit, .ports = limit});
  const TotalsByProtocol totals = TotalsOfPorts(matcher, ports);
  Clock::TimePoint now{std::chrono::hours(1)};
  for (auto _ : state) {
    benchmark::DoNotOptimize(builder.Build(totals, WatchReport(), true, now));
    now += std::chrono::seconds(15);
  }
}
BENCHMARK(BuildSnapshot)
    ->ArgNames({"ports", "limit"})
    ->Args({100, 100})
    ->Args({1'000, 100})
    ->Args({60'000, 100})
    ->Args({1'000, 10'000})
    ->Args({60'000, 60'000})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sockdiag::bench
