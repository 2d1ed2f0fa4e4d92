#pragma once

#include <array>
#include <cstdint>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/tally/group_table.h"
#include "sockets/tally/showing.h"

namespace sockdiag {

/// Connections whose peer does not answer, or takes nothing, as their timers tell. A socket has one
/// timer at a time, so it is in at most one of the reasons.
class StalledTally {
 public:
  static constexpr Metric kStalledSockets{
      "sockdiag_service_stalled_sockets",
      kGauge,
      {"service_name", "direction", "reason"},
      "TCP sockets that send again what was not acknowledged, whose peer takes no more, or whose "
      "keepalive is not answered."};
  static constexpr std::array kMetrics{&kStalledSockets};

  void Add(const SocketRecord& record, const Classification& classification) {
    // Nearly all sockets end here.
    if (record.retransmits == 0 && record.timer != SocketTimer::kZeroWindow) return;
    groups_.At(classification.group) += CountsOf(record);
  }
  void Show(Showing& showing) const;

 private:
  struct Counts {
    std::uint64_t retransmitting = 0;
    std::uint64_t zero_window = 0;
    std::uint64_t keepalive_unanswered = 0;

    Counts& operator+=(const Counts& other) {
      retransmitting += other.retransmitting;
      zero_window += other.zero_window;
      keepalive_unanswered += other.keepalive_unanswered;
      return *this;
    }
    friend bool operator==(const Counts&, const Counts&) = default;
  };

  /// Of one socket: all 0, or a single 1.
  [[nodiscard]] static Counts CountsOf(const SocketRecord& record);

  GroupTable<Counts> groups_;
};

}  // namespace sockdiag
