#pragma once

#include <array>
#include <cstdint>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/tally/group_table.h"
#include "sockets/tally/showing.h"

namespace sockdiag {

/// Bytes in the queues of a service's sockets. Queues that count connections are not in it; see
/// ListenerTally.
class QueueTally {
 public:
  static constexpr Metric kReceiveQueue{
      "sockdiag_service_receive_queue_bytes",
      kGauge,
      {"protocol", "service_name", "direction"},
      "Sum of Recv-Q of the service's sockets, without those in LISTEN."};
  static constexpr Metric kSendQueue{
      "sockdiag_service_send_queue_bytes",
      kGauge,
      {"protocol", "service_name", "direction"},
      "Sum of Send-Q of the service's sockets, without those in LISTEN."};
  static constexpr std::array kMetrics{&kReceiveQueue, &kSendQueue};

  void Add(const SocketRecord& record, const Classification& classification) {
    if ((record.receive_queue | record.send_queue) == 0 || HasBacklog(record)) return;
    groups_.At(classification.group) += {record.receive_queue, record.send_queue};
  }
  void Merge(const QueueTally& other) { groups_ += other.groups_; }
  void Show(Showing& showing) const;

 private:
  struct Bytes {
    std::uint64_t receive = 0;
    std::uint64_t send = 0;

    Bytes& operator+=(const Bytes& other) {
      receive += other.receive;
      send += other.send;
      return *this;
    }
    friend bool operator==(const Bytes&, const Bytes&) = default;
  };

  GroupTable<Bytes> groups_;
};

}  // namespace sockdiag
