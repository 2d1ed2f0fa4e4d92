#include "sockets/tally/queue_tally.h"

namespace sockdiag {

void QueueTally::Show(Showing& showing) const {
  groups_.ForEachRow(showing.protocol, showing.services,
                     [&](const ServiceRow& row, const Bytes& bytes) {
                       const auto add = [&](const Metric& metric, std::uint64_t value) {
                         showing.samples.Add(metric, value, Name(row.protocol), row.service_name,
                                             Name(row.direction));
                       };
                       add(kReceiveQueue, bytes.receive);
                       add(kSendQueue, bytes.send);
                     });
}

}  // namespace sockdiag
