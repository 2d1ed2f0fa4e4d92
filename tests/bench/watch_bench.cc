#include <benchmark/benchmark.h>

#include <cstdint>
#include <vector>

#include "sockets/tally/destination_sketch.h"
#include "sockets/watch/state_watch.h"
#include "tests/bench/synthetic.h"

namespace sockdiag::bench {
namespace {

constexpr std::size_t kTracked = 100'000;

/// The n-th socket of all that ever were; their cookies come in no order.
SocketRecord CloseWait(std::size_t n) {
  SocketRecord record = Established(n);
  record.state = SocketState::kCloseWait;
  record.cookie = (n / kTracked * kTracked) + n % kTracked * 7919 % kTracked + 1;
  return record;
}

/// A pass per iteration; of its sockets so many percent are new and as many gone.
void ObserveAndCommit(benchmark::State& state) {
  const std::size_t turnover = kTracked * static_cast<std::size_t>(state.range(0)) / 100;
  WatchOptions options;
  options.states.Add(SocketState::kCloseWait);
  const SystemClock clock;
  StateWatch watch(clock);
  watch.Configure(options, 1);
  const Classification classification{Direction::kInbound, Port::FromHost(80),
                                      IdOf({ServiceId{1}, Direction::kInbound})};
  std::vector<SocketRecord> records;
  for (std::size_t n = 0; n < kTracked; ++n) records.push_back(CloseWait(n));
  std::size_t next = kTracked;
  for (auto _ : state) {
    StateWatch::Pass pass = watch.Begin(1);
    for (const SocketRecord& record : records) pass.Observe(record, classification);
    std::move(pass).Commit();
    for (std::size_t i = 0; i < turnover; ++i) {
      records[next % kTracked].cookie = CloseWait(next).cookie;
      ++next;
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kTracked));
}
BENCHMARK(ObserveAndCommit)
    ->ArgName("turnover_percent")
    ->Arg(0)
    ->Arg(10)
    ->Arg(50)
    ->Unit(benchmark::kMillisecond);

/// A million sockets per iteration, to so many destinations.
void CountDestinations(benchmark::State& state) {
  constexpr std::size_t kSockets = 1'000'000;
  const auto destinations = static_cast<std::size_t>(state.range(0));
  std::vector<Endpoint> remotes(kSockets);
  for (std::size_t n = 0; n < kSockets; ++n) {
    const std::uint64_t host = n * 7919 % destinations;
    remotes[n] = {IpAddress::FromBits(0, 0xffff'0000'0000 | ((10U << 24) + host)),
                  Port::FromHost(443)};
  }
  for (auto _ : state) {
    DestinationSketch sketch;
    for (const Endpoint& remote : remotes) sketch.Add(Host(0), remote);
    benchmark::DoNotOptimize(sketch.Max());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSockets));
}
BENCHMARK(CountDestinations)
    ->ArgName("destinations")
    ->Arg(10)
    ->Arg(4'000)
    ->Arg(1'000'000)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sockdiag::bench
