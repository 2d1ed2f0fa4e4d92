#include "inspect/inspection.h"

#include <optional>
#include <utility>

#include "sockets/naming/classifier.h"
#include "sockets/naming/socket_owners.h"

namespace sockdiag {
namespace {

/// Classifies each socket and shows it to all who ask; keeps none of them.
class InspectingSink final : public SocketSink {
 public:
  InspectingSink(Classifier&& classifier, StateWatch::Pass& watching,
                 std::span<Conversations> conversations)
      : classifier_(std::move(classifier)), watching_(watching), conversations_(conversations) {}

  void Add(const SocketRecord& record) override {
    const Classification classification = classifier_.Classify(record);
    const SocketAge age = watching_.LeastAge(record);
    for (Conversations& each : conversations_) each.Add(record, classification, age);
  }

 private:
  Classifier classifier_;
  StateWatch::Pass& watching_;
  std::span<Conversations> conversations_;
};

StateSet WantedStates(Protocol protocol, std::span<const Conversations> conversations) {
  StateSet states;
  for (const Conversations& each : conversations) states = states | each.States(protocol);
  return states;
}

DumpResult<DumpStats> Dump(Protocol protocol, StateSet states,
                           const InspectionEnvironment& environment,
                           std::span<Conversations> conversations) {
  ListenerMemory::Pass listeners = environment.listeners[Index(protocol)].Begin();
  StateWatch::Pass watching = environment.watch.Begin(environment.generation);
  std::optional<SocketOwners> owners;
  if (environment.owners != nullptr) owners.emplace(*environment.owners);
  InspectingSink sink(Classifier(environment.matcher, environment.ephemeral.range, listeners,
                                 &watching, owners ? &*owners : nullptr),
                      watching, conversations);
  // For established connections it would cost as much again, and tell nothing.
  const bool wants_ack = !states.Contains(SocketState::kEstablished);
  // Without those that listen no socket has a direction.
  states.Add(Traits(protocol).listening);
  DumpResult<DumpStats> stats = environment.source.Dump(
      protocol,
      {.states = states, .attributes = {.last_ack = wants_ack, .cgroup = owners.has_value()}},
      sink);
  if (stats && owners) std::move(*owners).Commit();
  return stats;
}

}  // namespace

DumpResult<Inspection> Inspect(std::span<const Query> queries,
                               const InspectionEnvironment& environment) {
  std::vector<Conversations> conversations;
  conversations.reserve(queries.size());
  for (const Query& query : queries) {
    conversations.emplace_back(query, SocketNames{environment.names, environment.owners});
  }
  Inspection inspection;
  for (const Protocol protocol : kProtocols) {
    const StateSet states = WantedStates(protocol, conversations);
    if (states.IsEmpty()) continue;
    const DumpResult<DumpStats> stats = Dump(protocol, states, environment, conversations);
    if (!stats) return tl::unexpected(stats.error());
    inspection.stats.sockets += stats->sockets;
    inspection.stats.bytes += stats->bytes;
    inspection.stats.source = stats->source;
  }
  for (Conversations& each : conversations) {
    inspection.answers.push_back(std::move(each).Take());
  }
  return inspection;
}

}  // namespace sockdiag
