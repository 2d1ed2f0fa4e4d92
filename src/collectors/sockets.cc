#include "collectors/sockets.h"

#include <chrono>
#include <utility>

#include "sockets/naming/classifier.h"
#include "sockets/tally/socket_tallies.h"

namespace sockdiag {
namespace {

/// Classifies each socket of a dump and counts it; keeps none of them. When the dump fails it is
/// thrown away with all that it counted.
class CountingSink final : public SocketSink {
 public:
  CountingSink(Classifier&& classifier, SocketTallies& tallies, StateWatch::Pass* pass)
      : classifier_(std::move(classifier)), tallies_(tallies), pass_(pass) {}

  void Add(const SocketRecord& record) override {
    const Classification classification = classifier_.Classify(record);
    tallies_.Add(record, classification);
    if (pass_ != nullptr) pass_->Observe(record, classification);
  }

 private:
  Classifier classifier_;
  SocketTallies& tallies_;
  StateWatch::Pass* const pass_;
};

}  // namespace

Result<void> SocketsCollector::Collect(Findings& findings) {
  const EphemeralPorts ephemeral = environment_.ephemeral_ports();
  const auto tallies = std::make_shared<SocketTallies>(protocol_, ephemeral, *environment_.matcher);
  std::optional<StateWatch::Pass> pass;
  if (Traits(protocol_).has_watched_states) {
    pass.emplace(environment_.watch.Begin(environment_.generation));
  }
  ListenerMemory::Pass listeners = environment_.listeners.Begin();
  StateWatch::Pass* const watching = pass ? &*pass : nullptr;
  CountingSink sink(Classifier(*environment_.matcher, ephemeral.range, listeners, watching),
                    *tallies, watching);
  const Clock::TimePoint start = environment_.clock.Now();
  const DumpResult<DumpStats> stats =
      environment_.source->Dump(protocol_, {.states = StateSet::All(protocol_)}, sink);
  const std::chrono::duration<double> duration = environment_.clock.Now() - start;
  if (!stats) {
    environment_.errors.Add(protocol_, stats.error().reason);
    return Fail(stats.error().message);
  }
  std::move(listeners).Commit(ListenerMemory::Coverage::kWhole);
  if (pass) std::move(*pass).Commit();
  findings.samples.Add(kDumpDuration, duration.count(), name());
  findings.samples.Add(kDumpSockets, stats->sockets, name());
  findings.samples.Add(kDumpBytes, stats->bytes, name());
  findings.sockets = tallies;
  return {};
}

void SocketsCollector::ShowErrors(Protocol protocol, const DumpErrors& errors, Samples& samples) {
  for (const DumpErrorReason reason : kDumpErrorReasons) {
    samples.Add(kDumpErrors, errors.Count(protocol, reason), Name(protocol), Name(reason));
  }
}

}  // namespace sockdiag
