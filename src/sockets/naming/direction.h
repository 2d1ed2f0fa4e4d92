#pragma once

#include <optional>

#include "model/port.h"
#include "model/socket_record.h"
#include "sockets/naming/compiled_rules.h"
#include "sockets/naming/known_directions.h"
#include "sockets/naming/listener_memory.h"

// Who serves. The first of these that decides counts, in this order.

namespace sockdiag {

/// What the kernel shows, in this dump or in those before: a state that decides it, see
/// DirectionOf(); a listener on the local end; a connection that waits for accept(); a listener
/// that was there and has gone; what this socket was before, when `known` (or null) remembers it.
[[nodiscard]] std::optional<Direction> DirectionFromSockets(const SocketRecord& record,
                                                            ListenerMemory::Pass& listeners,
                                                            KnownDirections* known);

/// What has a name: the only direction in which a rule names the service port; else the only one
/// whose service port is in the services database.
[[nodiscard]] std::optional<Direction> DirectionFromNames(const ServiceMatch& inbound,
                                                          const ServiceMatch& outbound);

/// The only end whose port lies outside `ephemeral` is the service.
[[nodiscard]] std::optional<Direction> DirectionFromRange(Port local, Port remote,
                                                          const PortRange& ephemeral);

/// The only direction in which a rule matches, if it does not name the port: many ports are in a
/// long range, and some of them are clients'.
[[nodiscard]] std::optional<Direction> DirectionFromRules(const ServiceMatch& inbound,
                                                          const ServiceMatch& outbound);

/// The only end whose port is one that no client asks for is the service; else the socket is
/// outbound.
[[nodiscard]] Direction DirectionFromPorts(Port local, Port remote);

}  // namespace sockdiag
