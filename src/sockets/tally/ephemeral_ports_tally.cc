#include "sockets/tally/ephemeral_ports_tally.h"

namespace sockdiag {

EphemeralPortsTally::EphemeralPortsTally(const EphemeralPorts& ports) {
  const auto set = [this](const PortRange& range, bool eligible) {
    for (std::size_t port = range.first.Value(); port <= range.last.Value(); ++port) {
      eligible_.set(port, eligible);
    }
  };
  set(ports.range, true);
  for (const PortRange& reserved : ports.reserved) set(reserved, false);
}

void EphemeralPortsTally::Show(Samples& samples) const {
  samples.Add(kLimit, eligible_.count());
  samples.Add(kUsed, used_.count());
  samples.Add(kSockets, sockets_);
  samples.Add(kMaxUsedPerDestination, destinations_.Max());
}

std::map<OwnerId, double> EphemeralPortsTally::SaturationByOwner() const {
  const auto limit = static_cast<double>(eligible_.count());
  std::map<OwnerId, double> shares;
  for (const auto& [owner, sockets] : destinations_.MaxByOwner()) {
    shares[owner] = limit == 0 ? 0 : static_cast<double>(sockets) / limit;
  }
  return shares;
}

}  // namespace sockdiag
