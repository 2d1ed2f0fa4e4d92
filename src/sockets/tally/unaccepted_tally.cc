#include "sockets/tally/unaccepted_tally.h"

namespace sockdiag {

void UnacceptedTally::Show(Showing& showing) const {
  if (!Traits(showing.protocol).has_connections) return;
  groups_.ForEachRow(
      showing.protocol, showing.services, [&](const ServiceRow& row, const auto& sockets) {
        if (row.direction != Direction::kInbound) return;
        for (const SocketState state : kStates) {
          if (!row.uses.states.Contains(state)) continue;
          showing.samples.Add(kUnacceptedSockets, sockets[state], row.service_name, Name(state));
        }
      });
}

}  // namespace sockdiag
