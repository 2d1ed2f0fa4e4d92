#include "aggregate/snapshot_builder.h"

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

SnapshotBuilder::SnapshotBuilder(const ServiceMatcher& matcher, const Limits& limits)
    : services_(matcher, limits), ports_{PortView(limits), PortView(limits)} {}

Snapshot SnapshotBuilder::Build(const TotalsByProtocol& totals, bool complete,
                                Clock::TimePoint now) {
  Snapshot snapshot;
  services_.Update(totals, complete, now, snapshot);
  for (const auto& protocol : totals) {
    if (!protocol) continue;
    AppendFamilies(*protocol, snapshot);
    ports_[Index(protocol->protocol)].Update(*protocol, services_, now, snapshot);
  }
  return snapshot;
}

}  // namespace sockdiag
