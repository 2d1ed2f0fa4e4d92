#pragma once

#include "model/port.h"
#include "model/socket_record.h"
#include "sockets/naming/listener_table.h"

namespace sockdiag {

/// Who serves, in this order: a state that decides it, see DirectionOf(); a local end that a
/// listener holds is inbound. Without a listener the end whose port lies outside `ephemeral` is the
/// service; when both or neither do, the socket is outbound.
[[nodiscard]] Direction ResolveDirection(const SocketRecord& record, const ListenerTable& listeners,
                                         const PortRange& ephemeral);

}  // namespace sockdiag
