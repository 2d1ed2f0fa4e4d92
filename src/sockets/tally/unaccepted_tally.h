#pragma once

#include <array>
#include <cstdint>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/tally/group_table.h"
#include "sockets/tally/showing.h"
#include "sockets/tally/state_counts.h"

namespace sockdiag {

/// Connections that are whole and wait for accept(), by the service that they are to: those that
/// nobody has a descriptor of. One whose client has gone away again is in CLOSE_WAIT, as a leaked
/// one is.
class UnacceptedTally {
 public:
  static constexpr Metric kUnacceptedSockets{
      "sockdiag_service_unaccepted_sockets",
      kGauge,
      {"service_name", "state"},
      "Inbound TCP sockets that no accept() has taken yet: a full accept queue and not a leak."};
  static constexpr std::array kMetrics{&kUnacceptedSockets};

  void Add(const SocketRecord& record, const Classification& classification) {
    if (!IsUnaccepted(record)) return;
    groups_.At(classification.group).Increment(record.state);
  }
  void Merge(const UnacceptedTally& other) { groups_ += other.groups_; }
  void Show(Showing& showing) const;

 private:
  static constexpr std::array kStates{SocketState::kEstablished, SocketState::kCloseWait};

  GroupTable<StateCounts<std::uint64_t>> groups_;
};

}  // namespace sockdiag
