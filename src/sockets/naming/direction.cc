#include "sockets/naming/direction.h"

namespace sockdiag {
namespace {

/// The direction of which alone something holds.
std::optional<Direction> OnlyOne(bool inbound, bool outbound) {
  if (inbound == outbound) return std::nullopt;
  return inbound ? Direction::kInbound : Direction::kOutbound;
}

/// Only root may bind one below 1024, and clients that want to show that they are root's take one
/// from 512 on (bindresvport(3), rresvport(3); the kernel's NFS client from 665 on).
bool IsOnlyForServices(Port port) { return port < Port::FromHost(512); }

}  // namespace

std::optional<Direction> DirectionFromSockets(const SocketRecord& record,
                                              ListenerMemory::Pass& listeners,
                                              KnownDirections* known) {
  if (const auto decided = DirectionOf(record.state)) return decided;
  if (listeners.HasListener(record) || IsUnaccepted(record) || listeners.HadListener(record)) {
    return Direction::kInbound;
  }
  return known == nullptr ? std::nullopt : known->Find(record);
}

std::optional<Direction> DirectionFromNames(const ServiceMatch& inbound,
                                            const ServiceMatch& outbound) {
  if (const auto decided = OnlyOne(inbound.rule_names_port, outbound.rule_names_port)) {
    return decided;
  }
  return OnlyOne(inbound.in_database, outbound.in_database);
}

std::optional<Direction> DirectionFromRange(Port local, Port remote, const PortRange& ephemeral) {
  return OnlyOne(!ephemeral.Contains(local), !ephemeral.Contains(remote));
}

std::optional<Direction> DirectionFromRules(const ServiceMatch& inbound,
                                            const ServiceMatch& outbound) {
  return OnlyOne(inbound.by_rule, outbound.by_rule);
}

Direction DirectionFromPorts(Port local, Port remote) {
  return OnlyOne(IsOnlyForServices(local), IsOnlyForServices(remote))
      .value_or(Direction::kOutbound);
}

}  // namespace sockdiag
