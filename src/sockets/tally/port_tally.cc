#include "sockets/tally/port_tally.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace sockdiag {

void PortTally::Show(Showing& showing) const {
  for (const Direction direction : kDirections) Show(direction, showing);
}

void PortTally::Show(Direction direction, Showing& showing) const {
  ShownPorts::OfDirection& shown = showing.ports.Of(direction);
  const PortTable& ports = directions_[Index(direction)];
  std::vector<AdmittedNames<Port>::Candidate> candidates;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    candidates.push_back({port, counts.Total()});
  });
  showing.folded_ports += shown.admitted.Update(std::move(candidates), true, showing.now);

  std::map<ShownPorts::StateKey, std::uint64_t> sums;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    const ShownPort shown_port = shown.Shown(port);
    for (const SocketState state : kAllStates) {
      if (counts[state] != 0) sums[{shown_port, state}] += counts[state];
    }
  });
  for (const auto& [key, sockets] : sums) shown.states.Touch(key, showing.now);
  shown.states.Expire(showing.now);
  shown.states.ForEach([&](const ShownPorts::StateKey& key) { sums.try_emplace(key, 0); });
  for (const auto& [key, sockets] : sums) {
    showing.samples.Add(kPortSockets, sockets, Name(showing.protocol), Name(key.first),
                        Name(direction), Name(key.second));
  }
}

}  // namespace sockdiag
