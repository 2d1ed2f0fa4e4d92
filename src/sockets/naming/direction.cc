#include "sockets/naming/direction.h"

namespace sockdiag {

Direction ResolveDirection(const SocketRecord& record, const ListenerTable& listeners,
                           const PortRange& ephemeral) {
  if (const auto decided = DirectionOf(record.state)) return *decided;
  if (listeners.Matches(record.local)) return Direction::kInbound;
  const bool local_is_service =
      !ephemeral.Contains(record.local.port) && ephemeral.Contains(record.remote.port);
  return local_is_service ? Direction::kInbound : Direction::kOutbound;
}

}  // namespace sockdiag
