#include "sockets/watch/stuck_ports.h"

#include <cstdint>
#include <map>

namespace sockdiag {

void StuckPorts::Show(const WatchPass& pass, StateSet states, ShownPorts& ports,
                      Clock::TimePoint now, Samples& samples) {
  for (const Direction direction : kDirections) {
    ShownPorts::OfDirection& shown = ports.Of(direction);
    std::map<ShownPorts::StateKey, std::uint64_t> sums;
    for (const auto& [key, sockets] : pass.stuck_by_port) {
      if (key.direction == direction) sums[{shown.Shown(key.port), key.state}] += sockets;
    }
    shown.stuck.Complete(sums, now);
    for (const auto& [key, sockets] : sums) {
      if (!states.Contains(key.second)) continue;
      samples.Add(kStuckSockets, sockets, Name(key.first), Name(direction), Name(key.second));
    }
  }
}

}  // namespace sockdiag
