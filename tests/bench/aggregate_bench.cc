#include <benchmark/benchmark.h>

#include <span>
#include <vector>

#include "netlink/dump_reader.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/source/inet_diag_codec.h"
#include "sockets/source/inet_diag_request.h"
#include "sockets/tally/owner_tally.h"
#include "sockets/tally/socket_tallies.h"
#include "tests/bench/synthetic.h"

namespace sockdiag::bench {
namespace {

constexpr std::size_t kSockets = 100'000;

/// Throws every record away.
class NullSink final : public SocketSink {
 public:
  void Add(const SocketRecord& record) override { benchmark::DoNotOptimize(record); }
};

/// Classifies and counts every record.
class CountingSink final : public SocketSink {
 public:
  explicit CountingSink(const ServiceMatcher& matcher)
      : tallies(Protocol::kTcp, EphemeralPorts{kEphemeral, {}}, matcher),
        classifier_(matcher, kEphemeral, listeners_) {}
  void Add(const SocketRecord& record) override {
    tallies.Add(record, classifier_.Classify(record));
  }

  SocketTallies tallies;

 private:
  ListenerMemory memory_{Protocol::kTcp};
  ListenerMemory::Pass listeners_ = memory_.Begin();
  Classifier classifier_;
};

void ReadAll(const std::vector<Datagram>& dump, SocketSink& sink) {
  InetDiagDecoder decoder(Protocol::kTcp, sink);
  DumpReader reader(TcpDumpRequest({StateSet::All(Protocol::kTcp)}, kSequence), kPortId, decoder);
  for (const Datagram& datagram : dump) benchmark::DoNotOptimize(reader.Read(datagram));
}

void CountRecords(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSockets));
}

/// One record per iteration.
void DecodeRecord(benchmark::State& state) {
  const std::vector<Datagram> dump = Dump(1);
  const std::span<const std::byte> last = std::span(dump.front()).last(124);
  const std::span<const std::byte> payload = last.subspan(sizeof(nlmsghdr));
  for (auto _ : state) benchmark::DoNotOptimize(DecodeInetDiag(Protocol::kTcp, payload));
}
BENCHMARK(DecodeRecord);

/// A dump per iteration, read and thrown away: compare with ReadAndAggregate.
void ReadAndThrowAway(benchmark::State& state) {
  const std::vector<Datagram> dump = Dump(kSockets);
  NullSink sink;
  for (auto _ : state) ReadAll(dump, sink);
  CountRecords(state);
}
BENCHMARK(ReadAndThrowAway)->Unit(benchmark::kMillisecond);

using RuleMaker = std::vector<ServiceRule> (*)(std::size_t count);

void ReadAndAggregate(benchmark::State& state, RuleMaker make_rules) {
  const std::vector<Datagram> dump = Dump(kSockets);
  ServiceNames names;
  const ServiceMatcher matcher(make_rules(static_cast<std::size_t>(state.range(0))), Database(),
                               names);
  for (auto _ : state) {
    CountingSink sink(matcher);
    ReadAll(dump, sink);
    benchmark::DoNotOptimize(sink.tallies);
  }
  CountRecords(state);
}
BENCHMARK_CAPTURE(ReadAndAggregate, ports, PortRules)
    ->Arg(0)
    ->Arg(500)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ReadAndAggregate, one_port_many_networks, OnePortRules)
    ->Arg(500)
    ->Unit(benchmark::kMillisecond);

/// Sockets of `range(0)` owners, whose ids are `range(1)` apart, `range(2)` of one in a row; a
/// dump's tally per iteration.
void CountByOwner(benchmark::State& state) {
  const auto owners = static_cast<std::size_t>(state.range(0));
  const auto distance = static_cast<std::size_t>(state.range(1));
  const auto in_a_row = static_cast<std::size_t>(state.range(2));
  std::vector<SocketRecord> records;
  std::vector<Classification> classifications(kSockets);
  for (std::size_t i = 0; i < kSockets; ++i) {
    records.push_back(Established(i));
    classifications[i].owner = static_cast<OwnerId>(i / in_a_row % owners * distance);
  }
  for (auto _ : state) {
    OwnerTally tally;
    for (std::size_t i = 0; i < kSockets; ++i) tally.Add(records[i], classifications[i]);
    benchmark::DoNotOptimize(tally);
  }
  CountRecords(state);
}
BENCHMARK(CountByOwner)
    ->ArgNames({"owners", "distance", "in_a_row"})
    ->Args({100, 1, 16})
    ->Args({100, 1, 1})
    ->Args({1000, 1000, 16})
    ->Args({1000, 1000, 1})
    ->Args({1000, 1'000'000, 16})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sockdiag::bench
