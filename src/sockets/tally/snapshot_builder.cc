#include "sockets/tally/snapshot_builder.h"

namespace sockdiag {
namespace {

void AppendFamilies(const ProtocolTotals& totals, Snapshot& snapshot) {
  for (const Family family : kFamilies) {
    const auto& counts = totals.families[Index(family)];
    for (const SocketState state : States(totals.protocol)) {
      snapshot.sockets.push_back({totals.protocol, family, state, counts[state]});
    }
    const std::uint64_t unknown = counts[SocketState::kUnknown];
    if (unknown != 0) {
      snapshot.sockets.push_back({totals.protocol, family, SocketState::kUnknown, unknown});
    }
  }
}

}  // namespace

SnapshotBuilder::SnapshotBuilder(const ServiceMatcher& matcher, const Limits& limits,
                                 StateSet watched)
    : services_(matcher, limits), watch_(watched), ports_{PortView(limits), PortView(limits)} {}

void SnapshotBuilder::TakeOver(const SnapshotBuilder& before) {
  services_.TakeOver(before.services_);
  watch_.TakeOver(before.watch_);
  for (const Protocol protocol : kProtocols) {
    ports_[Index(protocol)].TakeOver(before.ports_[Index(protocol)], services_);
  }
}

Snapshot SnapshotBuilder::Build(const TotalsByProtocol& totals, const WatchReport& watch,
                                bool complete, Clock::TimePoint now) {
  Snapshot snapshot;
  services_.Update(totals, watch, complete, now, snapshot);
  for (const auto& protocol : totals) {
    if (!protocol) continue;
    AppendFamilies(*protocol, snapshot);
    if (protocol->ephemeral_ports) snapshot.ephemeral_ports = protocol->ephemeral_ports;
    ports_[Index(protocol->protocol)].Update(*protocol, services_, now, snapshot);
  }
  // Last, as it counts: nothing fails after it.
  watch_.Update(watch, services_, snapshot);
  return snapshot;
}

}  // namespace sockdiag
