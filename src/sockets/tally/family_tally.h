#pragma once

#include <array>
#include <cstdint>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/tally/showing.h"
#include "sockets/tally/state_counts.h"

namespace sockdiag {

/// All sockets of a protocol by family and state.
class FamilyTally {
 public:
  static constexpr Metric kSockets{
      "sockdiag_sockets",
      kGauge,
      {"protocol", "family", "state"},
      "All sockets of the network namespace by state; family is the socket's own."};
  static constexpr std::array kMetrics{&kSockets};

  void Add(const SocketRecord& record, const Classification&) {
    families_[Index(record.family)].Increment(record.state);
  }
  void Merge(const FamilyTally& other) {
    for (const Family family : kFamilies)
      families_[Index(family)] += other.families_[Index(family)];
  }
  void Show(Showing& showing) const;

  /// Of all families.
  [[nodiscard]] std::uint64_t Total(SocketState state) const {
    std::uint64_t total = 0;
    for (const auto& states : families_) total += states[state];
    return total;
  }

 private:
  /// By Family.
  std::array<StateCounts<std::uint64_t>, kFamilies.size()> families_;
};

}  // namespace sockdiag
