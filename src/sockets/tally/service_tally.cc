#include "sockets/tally/service_tally.h"

namespace sockdiag {

void ServiceTally::Show(Showing& showing) const {
  groups_.ForEachRow(
      showing.protocol, showing.services, [&](const ServiceRow& row, const auto& states) {
        states.ForEachShown(row.protocol, [&](SocketState state, std::uint64_t sockets) {
          if (!CanOccur(state, row.direction)) return;
          showing.samples.Add(kServiceSockets, sockets, Name(row.protocol), row.service_name,
                              Name(row.direction), Name(state));
        });
      });
}

}  // namespace sockdiag
