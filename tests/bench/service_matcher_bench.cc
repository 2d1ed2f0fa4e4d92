#include <benchmark/benchmark.h>

#include <vector>

#include "sockets/naming/classifier.h"
#include "sockets/naming/service_matcher.h"
#include "tests/bench/synthetic.h"

namespace sockdiag::bench {
namespace {

constexpr std::size_t kRecords = 4096;

std::vector<SocketRecord> Records() {
  std::vector<SocketRecord> records;
  for (std::size_t n = 0; n < kRecords; ++n) records.push_back(Established(n));
  return records;
}

using RuleMaker = std::vector<ServiceRule> (*)(std::size_t count);

/// One lookup per iteration.
void Match(benchmark::State& state, RuleMaker make_rules) {
  ServiceNames names;
  const ServiceMatcher matcher(make_rules(static_cast<std::size_t>(state.range(0))), Database(),
                               names);
  const std::vector<SocketRecord> records = Records();
  std::size_t n = 0;
  for (auto _ : state) {
    const SocketRecord& record = records[n++ % kRecords];
    // Established() makes the even ones inbound.
    const Direction direction = n % 2 == 1 ? Direction::kInbound : Direction::kOutbound;
    const Port port = direction == Direction::kInbound ? record.local.port : record.remote.port;
    benchmark::DoNotOptimize(matcher.Match(record.protocol, direction, port, record.local.address,
                                           record.remote.address, matcher.nobody()));
  }
}
BENCHMARK_CAPTURE(Match, ports, PortRules)->Arg(0)->Arg(500);
BENCHMARK_CAPTURE(Match, ports_and_networks, NetworkRules)->Arg(500);
BENCHMARK_CAPTURE(Match, one_port_many_networks, OnePortRules)->Arg(500);
BENCHMARK_CAPTURE(Match, any_port_both_networks, AnyPortRules)->Arg(500)->Arg(4000);

void CompileRules(benchmark::State& state) {
  const std::vector<ServiceRule> rules = AnyPortRules(static_cast<std::size_t>(state.range(0)));
  const ServicesDatabase database = Database();
  for (auto _ : state) {
    ServiceNames names;
    benchmark::DoNotOptimize(ServiceMatcher(rules, database, names));
  }
}
BENCHMARK(CompileRules)->Arg(500)->Arg(4000)->Unit(benchmark::kMillisecond);

/// One socket per iteration, with `single` listeners on one address each besides those on all.
/// Every other socket is one that no listener decides.
void Classify(benchmark::State& state) {
  ServiceNames names;
  const ServiceMatcher matcher({}, Database(), names);
  ListenerMemory memory(Protocol::kTcp);
  ListenerMemory::Pass listeners = memory.Begin();
  for (const SocketRecord& listener : Listeners()) listeners.Add(listener);
  for (std::int64_t n = 0; n < state.range(0); ++n) {
    SocketRecord single = Listeners().front();
    single.local = {Host(static_cast<std::size_t>(n)), Port::FromHost(7000)};
    listeners.Add(single);
  }
  const std::vector<SocketRecord> records = Records();
  Classifier classifier(matcher, kEphemeral, listeners);
  std::size_t n = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(classifier.Classify(records[n++ % kRecords]));
  }
}
BENCHMARK(Classify)->ArgName("single")->Arg(0)->Arg(100)->Arg(10'000);

}  // namespace
}  // namespace sockdiag::bench
