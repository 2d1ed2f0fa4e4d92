#include "sockets/tally/service_tally.h"

namespace sockdiag {

void ServiceTally::Show(Showing& showing) const {
  groups_.ForEachRow(showing.protocol, showing.services,
                     [&](const ServiceRow& row, const States& sockets) {
                       for (const SocketState state : kAllStates) {
                         if (!row.uses.states.Contains(state)) continue;
                         showing.samples.Add(kServiceSockets, sockets[state], Name(row.protocol),
                                             row.service_name, Name(row.direction), Name(state));
                       }
                     });
}

}  // namespace sockdiag
