#include "sockets/tally/service_tally.h"

namespace sockdiag {

void ServiceTally::Show(Showing& showing) const {
  const auto sums = groups_.ByRow(showing.protocol, showing.services);
  std::size_t place = 0;
  for (const ServiceRow& row : showing.services.Rows(showing.protocol)) {
    sums[place++].ForEachShown(row.protocol, [&](SocketState state, std::uint64_t sockets) {
      if (!CanOccur(state, row.direction)) return;
      showing.samples.Add(kServiceSockets, sockets, Name(row.protocol), row.service_name,
                          Name(row.direction), Name(state));
    });
  }
}

}  // namespace sockdiag
