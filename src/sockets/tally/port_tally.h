#pragma once

#include <array>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/tally/port_table.h"
#include "sockets/tally/showing.h"

namespace sockdiag {

/// Sockets by service port, direction and state. Showing it decides which ports have a place.
class PortTally {
 public:
  static constexpr Metric kPortSockets{
      "sockdiag_port_sockets",
      kGauge,
      {"protocol", "port", "direction", "state"},
      "Sockets by service port: the local port when inbound, the remote one when outbound."};
  static constexpr std::array kMetrics{&kPortSockets};

  void Add(const SocketRecord& record, const Classification& classification) {
    const bool is_served =
        classification.is_known && classification.direction == Direction::kInbound;
    directions_[Index(classification.direction)].Increment(classification.service_port,
                                                           record.state, is_served);
  }
  void Merge(const PortTally& other) {
    for (const Direction direction : kDirections) {
      directions_[Index(direction)] += other.directions_[Index(direction)];
    }
  }
  void Show(Showing& showing) const;

 private:
  void Show(Direction direction, Showing& showing) const;
  /// Whether a socket listens on the port in order to serve; of inbound sockets, also whether one
  /// did that has gone.
  [[nodiscard]] bool IsServed(Protocol protocol, Direction direction, Port port) const;

  /// By Direction. Marked where sockets are known to be inbound.
  std::array<PortTable, kDirections.size()> directions_;
};

}  // namespace sockdiag
