#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/protocol.h"
#include "sockets/naming/rule_plane.h"
#include "sockets/tally/state_counts.h"

namespace sockdiag {

/// The sockets of one service in one direction.
struct ServiceTotals {
  StateCounts<std::uint64_t> states;
  /// Bytes, without those of LISTEN, whose queues hold connections.
  std::uint64_t receive_queue_bytes = 0;
  std::uint64_t send_queue_bytes = 0;

  ServiceTotals& operator+=(const ServiceTotals& other) {
    states += other.states;
    receive_queue_bytes += other.receive_queue_bytes;
    send_queue_bytes += other.send_queue_bytes;
    return *this;
  }
};

/// Totals by service and direction. A services database can name every port, so memory is taken in
/// pages of 64 services as they are first met.
class ServiceTable {
 public:
  explicit ServiceTable(std::size_t services = 0)
      : pages_((services + kServicesPerPage - 1) / kServicesPerPage) {}

  /// `service` is below the number that the table was made for.
  [[nodiscard]] ServiceTotals& At(ServiceId service, Direction direction) {
    std::unique_ptr<Page>& page = pages_[Index(service) / kServicesPerPage];
    if (!page) page = std::make_unique<Page>();
    return (*page)[Index(service) % kServicesPerPage][Index(direction)];
  }

  /// Calls `visit(ServiceId, Direction, const ServiceTotals&)` for each that has sockets, in order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      if (!pages_[i]) continue;
      for (std::size_t j = 0; j < kServicesPerPage; ++j) {
        for (const Direction direction : kDirections) {
          const ServiceTotals& totals = (*pages_[i])[j][Index(direction)];
          if (totals.states == StateCounts<std::uint64_t>()) continue;
          visit(static_cast<ServiceId>(i * kServicesPerPage + j), direction, totals);
        }
      }
    }
  }

 private:
  static constexpr std::size_t kServicesPerPage = 64;
  using Page = std::array<std::array<ServiceTotals, kDirections.size()>, kServicesPerPage>;
  std::vector<std::unique_ptr<Page>> pages_;
};

}  // namespace sockdiag
