#pragma once

#include <array>
#include <bitset>
#include <memory>

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
    const Port port = classification.service_port;
    directions_[Index(classification.direction)].Increment(port, record.state);
    if (classification.is_known && classification.direction == Direction::kInbound) {
      served_->set(port.Value());
    }
  }
  void Show(Showing& showing) const;

 private:
  void Show(Direction direction, Showing& showing) const;
  /// Whether a socket listens on the port in order to serve; of inbound sockets, also whether one
  /// did that has gone.
  [[nodiscard]] bool IsServed(Protocol protocol, Direction direction, Port port) const;

  /// By Direction.
  std::array<PortTable, kDirections.size()> directions_;
  /// Where sockets are known to be inbound.
  std::unique_ptr<std::bitset<65536>> served_ = std::make_unique<std::bitset<65536>>();
};

}  // namespace sockdiag
