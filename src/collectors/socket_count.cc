#include "collectors/socket_count.h"

#include <utility>

#include "sockets/naming/classifier.h"

namespace sockdiag {
namespace {

/// Classifies each socket of a dump and counts it; keeps none of them.
class CountingSink final : public SocketSink {
 public:
  CountingSink(Classifier&& classifier, SocketTallies& tallies, DropWatch::Pass& drops,
               StateWatch::Pass* pass)
      : classifier_(std::move(classifier)), tallies_(tallies), drops_(drops), pass_(pass) {}

  void Add(const SocketRecord& record) override {
    const Classification classification = classifier_.Classify(record);
    tallies_.Add(record, classification);
    drops_.Observe(record, classification);
    if (pass_ != nullptr) pass_->Observe(record, classification);
  }

 private:
  Classifier classifier_;
  SocketTallies& tallies_;
  DropWatch::Pass& drops_;
  StateWatch::Pass* const pass_;
};

}  // namespace

SocketCount::SocketCount(Protocol protocol, const CountEnvironment& environment)
    : protocol_(protocol),
      environment_(environment),
      tallies_(std::make_shared<SocketTallies>(protocol, environment.ephemeral, environment.matcher,
                                               environment.owners != nullptr)),
      listeners_(environment.listeners.Begin()),
      drops_(environment.drops.Begin()) {
  if (Traits(protocol).has_watched_states) {
    watching_.emplace(environment.watch.Begin(environment.generation));
  }
  if (environment.owners != nullptr) owners_.emplace(*environment.owners);
}

DumpResult<DumpStats> SocketCount::Dump(SocketSource& source, StateSet states) {
  StateWatch::Pass* const watching = watching_ ? &*watching_ : nullptr;
  CountingSink sink(Classifier(environment_.matcher, environment_.ephemeral.range, listeners_,
                               watching, owners_ ? &*owners_ : nullptr),
                    *tallies_, drops_, watching);
  DumpResult<DumpStats> stats = source.Dump(
      protocol_,
      {.states = states,
       .attributes = {.cgroup = owners_.has_value(), .memory = environment_.collects_drops}},
      sink);
  if (stats) source_ = stats->source;
  return stats;
}

void SocketCount::Commit() {
  if (!TellsOwners(source_)) tallies_->ForgetOwners();
  if (!TellsLimits(source_)) tallies_->ForgetLimits();
  const bool has_drops = environment_.collects_drops && TellsDrops(source_, protocol_);
  if (!has_drops) tallies_->ForgetDrops();
  tallies_->ShareOutEphemeralPorts();
  std::move(listeners_).Commit(ListenerMemory::Coverage::kWhole);
  if (owners_) std::move(*owners_).Commit();
  if (environment_.collects_drops) std::move(drops_).Commit(source_);
  if (watching_) std::move(*watching_).Commit(source_);
}

}  // namespace sockdiag
