#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "model/protocol.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/tally/ephemeral_usage.h"
#include "sockets/tally/port_table.h"
#include "sockets/tally/service_table.h"
#include "sockets/tally/state_counts.h"

namespace sockdiag {

/// The listening sockets of one port and service.
struct ListenerTotals {
  std::uint64_t listeners = 0;
  /// TCP only: connections that wait for accept(), and the backlogs; sums.
  std::uint64_t queue_length = 0;
  std::uint64_t queue_limit = 0;
  /// The fullest listener's length / limit.
  double saturation = 0;

  ListenerTotals& operator+=(const ListenerTotals& other) {
    listeners += other.listeners;
    queue_length += other.queue_length;
    queue_limit += other.queue_limit;
    saturation = std::max(saturation, other.saturation);
    return *this;
  }
};

/// Everything that one dump of one protocol adds up to. Its size does not depend on the number of
/// sockets, only on the ports and services that they use.
struct ProtocolTotals {
  Protocol protocol = Protocol::kTcp;
  /// By Family.
  std::array<StateCounts<std::uint64_t>, kFamilies.size()> families;
  ServiceTable services;
  /// By Direction.
  std::array<PortTable, kDirections.size()> ports;
  std::map<std::pair<Port, ServiceId>, ListenerTotals> listeners;
  /// TCP only.
  std::optional<EphemeralTotals> ephemeral_ports;
};

}  // namespace sockdiag
