#include "sockets/tally/service_tally.h"

namespace sockdiag {

void ServiceTally::Show(Showing& showing) const {
  const auto sums = groups_.ByRow(showing.protocol, showing.services);
  std::size_t place = 0;
  for (const ServiceRow& row : showing.services.Rows(showing.protocol)) {
    const States& sockets = sums[place++];
    for (const SocketState state : kAllStates) {
      if (!row.states.Contains(state)) continue;
      showing.samples.Add(kServiceSockets, sockets[state], Name(row.protocol), row.service_name,
                          Name(row.direction), Name(state));
    }
  }
}

}  // namespace sockdiag
