#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "model/direction.h"
#include "model/port.h"
#include "model/socket_state.h"
#include "sockets/naming/admitted_names.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/port_rank.h"
#include "sockets/naming/retained_keys.h"
#include "sockets/naming/shown_services.h"

namespace sockdiag {

/// Absent: `other`, the ports that have no place of their own.
using ShownPort = std::optional<Port>;
/// The label value.
[[nodiscard]] inline std::string Name(const ShownPort& port) {
  return port ? std::to_string(port->Value()) : "other";
}

/// Which ports of one protocol have a place of their own in labels, and in which states and with
/// which listeners they are shown, from one collection to the next and from one configuration to
/// the next. One thread at a time.
struct ShownPorts {
  using StateKey = std::pair<ShownPort, SocketState>;
  using ListenerKey = std::pair<ShownPort, ServiceId>;
  struct OfDirection {
    AdmittedNames<Port, PortRank> admitted;
    RetainedKeys<StateKey> states;
    /// Those in which sockets were stuck.
    RetainedKeys<StateKey> stuck;

    [[nodiscard]] ShownPort Shown(Port port) const {
      return admitted.Contains(port) ? ShownPort(port) : std::nullopt;
    }
    /// The same for what listens there. A UDP client looks like a receiver on a port that is
    /// anybody's: such have no rows of their own, as each query would leave some behind.
    [[nodiscard]] ShownPort ShownListener(Port port) const {
      return admitted.ContainsBefore(port, PortRank::kRest) ? ShownPort(port) : std::nullopt;
    }
    /// Forgets the states of ports that have no place any more.
    void ForgetStatesWithoutPlace();
  };

  [[nodiscard]] OfDirection& Of(Direction direction) { return directions[Index(direction)]; }

  /// From now on these limits hold; `services` goes by them already. When it throws, for want of
  /// memory, this is to be thrown away.
  void Configure(const Limits& limits, const ShownServices& services);
  /// Forgets listeners whose port or service has no place any more.
  void ForgetListenersWithoutPlace(const ShownServices& services);

  std::array<OfDirection, kDirections.size()> directions;
  RetainedKeys<ListenerKey> listeners;
};

}  // namespace sockdiag
