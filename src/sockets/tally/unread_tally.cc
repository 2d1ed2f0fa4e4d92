#include "sockets/tally/unread_tally.h"

namespace sockdiag {

void UnreadTally::Show(Showing& showing) const {
  if (!Traits(showing.protocol).has_connections) return;
  groups_.ForEachRow(
      showing.protocol, showing.services, [&](const ServiceRow& row, std::uint64_t sockets) {
        if (!row.uses.states.Contains(SocketState::kCloseWait)) return;
        showing.samples.Add(kUnreadSockets, sockets, row.service_name, Name(row.direction));
      });
}

}  // namespace sockdiag
