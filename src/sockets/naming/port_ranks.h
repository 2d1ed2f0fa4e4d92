#pragma once

#include "model/port.h"
#include "model/protocol.h"
#include "sockets/naming/port_rank.h"
#include "sockets/naming/service_matcher.h"

namespace sockdiag {

/// From what is known of a port to its rank, for the sockets of one dump.
class PortRanks {
 public:
  /// `ephemeral`: ip_local_port_range. The matcher must outlive this.
  PortRanks(const ServiceMatcher& matcher, const PortRange& ephemeral)
      : matcher_(matcher), ephemeral_(ephemeral) {}

  /// `is_served`: whether a socket listens on it, here, and in order to serve.
  [[nodiscard]] PortRank Of(Protocol protocol, Direction direction, Port port,
                            bool is_served) const {
    const bool is_anybodys = ephemeral_.Contains(port);
    const CompiledRules::PortNaming naming = matcher_.NamingOf(protocol, direction, port);
    if (naming.by_rule || (naming.by_long_range && !is_anybodys)) return PortRank::kRule;
    if (naming.by_database) return PortRank::kDatabase;
    const bool is_a_services = naming.by_long_range || is_served || !is_anybodys;
    return is_a_services ? PortRank::kServing : PortRank::kRest;
  }

 private:
  const ServiceMatcher& matcher_;
  PortRange ephemeral_;
};

}  // namespace sockdiag
