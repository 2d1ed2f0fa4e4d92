#pragma once

#include <array>
#include <cstdint>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/tally/group_table.h"
#include "sockets/tally/showing.h"

namespace sockdiag {

/// Connections that the peer has ended and whose last bytes the program that accepted them does not
/// read.
class UnreadTally {
 public:
  static constexpr Metric kUnreadSockets{
      "sockdiag_service_close_wait_unread_sockets",
      kGauge,
      {"service_name", "direction"},
      "Accepted TCP sockets in CLOSE_WAIT with bytes to read besides the FIN: the program hangs "
      "rather than leaks."};
  static constexpr std::array kMetrics{&kUnreadSockets};

  void Add(const SocketRecord& record, const Classification& classification) {
    // The kernel counts the FIN as one byte until it is read, too.
    if (record.state != SocketState::kCloseWait || record.receive_queue <= 1) return;
    if (IsUnaccepted(record)) return;
    ++groups_.At(classification.group);
  }
  void Merge(const UnreadTally& other) { groups_ += other.groups_; }
  void Show(Showing& showing) const;

 private:
  GroupTable<std::uint64_t> groups_;
};

}  // namespace sockdiag
