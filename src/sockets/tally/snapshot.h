#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/port.h"
#include "model/protocol.h"
#include "model/socket_state.h"
#include "sockets/tally/ephemeral_usage.h"

namespace sockdiag {

/// Absent: `other`, the ports that have no place of their own.
using ShownPort = std::optional<Port>;
/// The label value.
[[nodiscard]] inline std::string Name(const ShownPort& port) {
  return port ? std::to_string(port->Value()) : "other";
}

struct SocketCount {
  Protocol protocol;
  Family family;
  SocketState state;
  std::uint64_t sockets;
};

struct ServiceSocketCount {
  Protocol protocol;
  std::string service_name;
  Direction direction;
  SocketState state;
  std::uint64_t sockets;
};

struct ServiceQueues {
  Protocol protocol;
  std::string service_name;
  Direction direction;
  std::uint64_t receive_bytes;
  std::uint64_t send_bytes;
};

struct PortSocketCount {
  Protocol protocol;
  ShownPort port;
  Direction direction;
  SocketState state;
  std::uint64_t sockets;
};

/// The listening sockets of a port and service. The queue's length and limit count connections, and
/// are TCP's only.
struct ListenerGroup {
  Protocol protocol;
  ShownPort port;
  std::string service_name;
  std::uint64_t listeners;
  std::uint64_t queue_length;
  std::uint64_t queue_limit;
  double saturation;
};

/// The TCP sockets of one service in one watched state.
struct WatchedState {
  std::string service_name;
  Direction direction;
  SocketState state;
  /// Longer in this state than allowed.
  std::uint64_t stuck;
  /// 0 when there is none.
  double oldest_age_seconds;
  /// Sockets seen to come to this state, since the service is shown.
  std::uint64_t entries;
  /// The most at once, of late.
  std::uint64_t peak;
};

/// What is shown of the socket tables at one moment: names resolved, bounded, at 0 where due, and
/// sorted. A protocol whose dump failed is absent from it.
struct Snapshot {
  std::vector<SocketCount> sockets;
  std::vector<ServiceSocketCount> service_sockets;
  std::vector<ServiceQueues> service_queues;
  std::vector<PortSocketCount> port_sockets;
  std::vector<ListenerGroup> listeners;
  /// Empty when nobody watches, or the last one who did has failed.
  std::vector<WatchedState> watched;
  /// Watched sockets whose age is unknown; absent as above.
  std::optional<std::uint64_t> untracked_sockets;
  std::optional<EphemeralTotals> ephemeral_ports;
  /// Names present in this collection that are counted under `other` for want of a place.
  std::uint64_t folded_services = 0;
  std::uint64_t folded_ports = 0;
};

}  // namespace sockdiag
