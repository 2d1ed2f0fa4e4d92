#include "sockets/tally/queue_tally.h"

namespace sockdiag {

void QueueTally::Show(Showing& showing) const {
  const auto sums = groups_.ByRow(showing.protocol, showing.services);
  std::size_t place = 0;
  for (const ServiceRow& row : showing.services.Rows(showing.protocol)) {
    const Bytes& bytes = sums[place++];
    const auto add = [&](const Metric& metric, std::uint64_t value) {
      showing.samples.Add(metric, value, Name(row.protocol), row.service_name, Name(row.direction));
    };
    add(kReceiveQueue, bytes.receive);
    add(kSendQueue, bytes.send);
  }
}

}  // namespace sockdiag
