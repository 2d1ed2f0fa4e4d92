#include <benchmark/benchmark.h>

#include "metrics/families.h"
#include "sockets/tally/snapshot_builder.h"
#include "tests/bench/synthetic.h"

namespace sockdiag::bench {
namespace {

/// About `samples` samples: of ports, and of services in their states.
Exposition Make(std::size_t samples) {
  const ServiceMatcher matcher(PortRules(samples / 50), Database());
  SnapshotBuilder builder(matcher, Limits{.services = 10'000, .ports = 60'000});
  Exposition exposition;
  exposition.collection.snapshot =
      builder.Build(TotalsOfPorts(matcher, samples / 4), WatchReport(), true, Clock::TimePoint());
  return exposition;
}

std::size_t CountSamples(const std::vector<prometheus::MetricFamily>& families) {
  std::size_t samples = 0;
  for (const prometheus::MetricFamily& family : families) samples += family.metric.size();
  return samples;
}

void Count(benchmark::State& state, const Exposition& exposition) {
  const std::size_t samples = CountSamples(ToFamilies(exposition));
  state.counters["samples"] = static_cast<double>(samples);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples));
}

void MakeFamilies(benchmark::State& state) {
  const Exposition exposition = Make(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(ToFamilies(exposition));
  Count(state, exposition);
}
BENCHMARK(MakeFamilies)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void MakeFamiliesAndText(benchmark::State& state) {
  const Exposition exposition = Make(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(ToText(ToFamilies(exposition)));
  Count(state, exposition);
}
BENCHMARK(MakeFamiliesAndText)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sockdiag::bench
