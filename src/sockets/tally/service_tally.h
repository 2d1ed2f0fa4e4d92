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

/// Sockets by service, direction and state.
class ServiceTally {
 public:
  using States = StateCounts<std::uint32_t>;
  static constexpr Metric kServiceSockets{"sockdiag_service_sockets",
                                          kGauge,
                                          {"protocol", "service_name", "direction", "state"},
                                          "Sockets by service, direction and state."};
  static constexpr std::array kMetrics{&kServiceSockets};

  void Add(const SocketRecord& record, const Classification& classification) {
    groups_.At(classification.group).Increment(record.state);
  }
  void Merge(const ServiceTally& other) { groups_ += other.groups_; }
  void Show(Showing& showing) const;

  /// Calls `visit(GroupId, const States&)` for each group that has any socket.
  template <typename Visitor>
  void ForEachGroup(Visitor&& visit) const {
    groups_.ForEach(visit);
  }

 private:
  GroupTable<States> groups_;
};

}  // namespace sockdiag
