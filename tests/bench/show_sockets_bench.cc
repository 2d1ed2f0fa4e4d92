#include <benchmark/benchmark.h>

#include "collectors/socket_memory.h"
#include "tests/bench/synthetic.h"

namespace sockdiag::bench {
namespace {

/// What is shown of one collection per iteration, in a daemon that has run for a while: names have
/// their places.
void ShowSockets(benchmark::State& state) {
  const auto ports = static_cast<std::size_t>(state.range(0));
  const auto limit = static_cast<std::size_t>(state.range(1));
  const SystemClock clock;
  SocketMemory memory(clock);
  const ServiceMatcher matcher(PortRules(100), Database(), memory.names());
  memory.Configure({.limits = {.services = limit, .ports = limit},
                    .watch = {},
                    .configured = matcher.configured(),
                    .generation = memory.NewGeneration()});
  SocketMemory::Round round = RoundOfPorts(matcher, ports);
  round.generation = 1;
  for (auto _ : state) {
    Samples samples;
    memory.Show(round, samples);
    benchmark::DoNotOptimize(samples);
  }
}
BENCHMARK(ShowSockets)
    ->ArgNames({"ports", "limit"})
    ->Args({100, 100})
    ->Args({1'000, 100})
    ->Args({60'000, 100})
    ->Args({1'000, 10'000})
    ->Args({60'000, 60'000})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace sockdiag::bench
