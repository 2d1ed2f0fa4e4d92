#pragma once

#include "model/port.h"
#include "model/socket_record.h"
#include "sockets/naming/listener_table.h"

namespace sockdiag {

/// Whether a socket takes connections or waits for whoever sends: TCP LISTEN, UDP not connected.
[[nodiscard]] constexpr bool IsListening(const SocketRecord& record) {
  return record.state == SocketState::kListen || record.state == SocketState::kUnconnected;
}

/// Who serves, in this order: a listening socket and SYN_RECV are inbound, SYN_SENT is outbound; a
/// local end that a listener holds is inbound. Without a listener the end whose port lies outside
/// `ephemeral` is the service; when both or neither do, the socket is outbound.
[[nodiscard]] Direction ResolveDirection(const SocketRecord& record, const ListenerTable& listeners,
                                         const PortRange& ephemeral);

}  // namespace sockdiag
