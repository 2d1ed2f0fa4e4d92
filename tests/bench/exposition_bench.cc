#include <benchmark/benchmark.h>

#include "collectors/socket_memory.h"
#include "metrics/text.h"
#include "tests/bench/synthetic.h"

namespace sockdiag::bench {
namespace {

/// A collection of about `samples` samples: of ports, and of services in their states.
class Host {
 public:
  explicit Host(std::size_t samples)
      : matcher_(PortRules(samples / 50), Database(), memory_.names()),
        round_(RoundOfPorts(matcher_, samples / 4)) {
    memory_.Configure({.limits = {.services = 10'000, .ports = 60'000},
                       .watch = {},
                       .configured = matcher_.configured(),
                       .generation = memory_.NewGeneration()});
    round_.generation = 1;
  }

  Samples Show() {
    Samples samples;
    memory_.Show(round_, samples);
    return samples;
  }

 private:
  const SystemClock clock_;
  SocketMemory memory_{clock_};
  const ServiceMatcher matcher_;
  SocketMemory::Round round_;
};

void Count(benchmark::State& state, const Samples& shown) {
  std::size_t samples = 0;
  for (const prometheus::MetricFamily& family : shown.families()) samples += family.metric.size();
  state.counters["samples"] = static_cast<double>(samples);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(samples));
}

void MakeSamples(benchmark::State& state) {
  Host host(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(host.Show());
  Count(state, host.Show());
}
BENCHMARK(MakeSamples)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

void MakeText(benchmark::State& state) {
  Host host(static_cast<std::size_t>(state.range(0)));
  const Samples samples = host.Show();
  for (auto _ : state) benchmark::DoNotOptimize(ToText(samples));
  Count(state, samples);
}
BENCHMARK(MakeText)->Arg(1'000)->Arg(10'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sockdiag::bench
