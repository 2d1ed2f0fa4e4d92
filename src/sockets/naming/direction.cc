#include "sockets/naming/direction.h"

namespace sockdiag {
namespace {

/// The direction of which alone something holds.
std::optional<Direction> OnlyOne(bool inbound, bool outbound) {
  if (inbound == outbound) return std::nullopt;
  return inbound ? Direction::kInbound : Direction::kOutbound;
}

/// Only root may bind one, and so services have them.
bool IsPrivileged(Port port) { return port < Port::FromHost(1024); }

}  // namespace

std::optional<Direction> DirectionFromSockets(const SocketRecord& record,
                                              ListenerMemory::Pass& listeners,
                                              KnownDirections* known) {
  if (const auto decided = DirectionOf(record.state)) return decided;
  if (listeners.HasListener(record) || listeners.HadListener(record)) return Direction::kInbound;
  return known == nullptr ? std::nullopt : known->Find(record);
}

std::optional<Direction> DirectionFromNames(const ServiceMatch& inbound,
                                            const ServiceMatch& outbound) {
  if (const auto decided = OnlyOne(inbound.by_rule, outbound.by_rule)) return decided;
  return OnlyOne(inbound.in_database, outbound.in_database);
}

Direction DirectionFromPorts(Port local, Port remote, const PortRange& ephemeral) {
  if (const auto decided = OnlyOne(!ephemeral.Contains(local), !ephemeral.Contains(remote))) {
    return *decided;
  }
  return OnlyOne(IsPrivileged(local), IsPrivileged(remote)).value_or(Direction::kOutbound);
}

}  // namespace sockdiag
