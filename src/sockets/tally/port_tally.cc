#include "sockets/tally/port_tally.h"

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace sockdiag {

void PortTally::Show(Showing& showing) const {
  for (const Direction direction : kDirections) Show(direction, showing);
}

bool PortTally::IsServed(Protocol protocol, Direction direction, Port port) const {
  const ProtocolTraits& traits = Traits(protocol);
  if (traits.clients_look_like_listeners) return false;
  const PortTable& inbound = directions_[Index(Direction::kInbound)];
  if (direction == Direction::kInbound) return inbound.IsMarked(port);
  return inbound.At(port)[traits.listening] != 0;
}

void PortTally::Show(Direction direction, Showing& showing) const {
  ShownPorts::OfDirection& shown = showing.ports.Of(direction);
  const PortTable& ports = directions_[Index(direction)];
  std::vector<AdmittedNames<Port, PortRank>::Candidate> candidates;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    const PortRank rank = showing.ranks.Of(showing.protocol, direction, port,
                                           IsServed(showing.protocol, direction, port));
    candidates.push_back({port, rank, counts.Total()});
  });
  const auto outcome = shown.admitted.Update(std::move(candidates), true, showing.now);
  showing.folded_ports += outcome.folded;
  if (outcome.has_replaced) shown.ForgetStatesWithoutPlace();

  std::map<ShownPorts::StateKey, std::uint64_t> sums;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    const ShownPort shown_port = shown.Shown(port);
    for (const SocketState state : kAllStates) {
      if (counts[state] != 0) sums[{shown_port, state}] += counts[state];
    }
  });
  shown.states.Complete(sums, showing.now);
  for (const auto& [key, sockets] : sums) {
    showing.samples.Add(kPortSockets, sockets, Name(showing.protocol), Name(key.first),
                        Name(direction), Name(key.second));
  }
}

}  // namespace sockdiag
