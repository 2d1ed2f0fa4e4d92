#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "model/stall_reason.h"
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
    if (const auto reason = ReasonOf(record)) {
      ++groups_.At(classification.group).by_reason[Index(*reason)];
    }
  }
  void Merge(const StalledTally& other) { groups_ += other.groups_; }
  void Show(Showing& showing) const;

  /// Calls `visit(GroupId, StallReason)` for each reason that a group has sockets with.
  template <typename Visitor>
  void ForEachReason(Visitor&& visit) const {
    groups_.ForEach([&](GroupId group, const Counts& sockets) {
      for (const StallReason reason : kStallReasons) {
        if (sockets.by_reason[Index(reason)] != 0) visit(group, reason);
      }
    });
  }

 private:
  struct Counts {
    std::array<std::uint64_t, kStallReasons.size()> by_reason{};

    Counts& operator+=(const Counts& other) {
      std::transform(by_reason.begin(), by_reason.end(), other.by_reason.begin(), by_reason.begin(),
                     std::plus());
      return *this;
    }
    friend bool operator==(const Counts&, const Counts&) = default;
  };

  [[nodiscard]] static std::optional<StallReason> ReasonOf(const SocketRecord& record);

  GroupTable<Counts> groups_;
};

}  // namespace sockdiag
