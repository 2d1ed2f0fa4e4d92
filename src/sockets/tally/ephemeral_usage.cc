#include "sockets/tally/ephemeral_usage.h"

namespace sockdiag {

EphemeralUsage::EphemeralUsage(const EphemeralPorts& ports) {
  const auto set = [this](const PortRange& range, bool eligible) {
    for (std::size_t port = range.first.Value(); port <= range.last.Value(); ++port) {
      eligible_.set(port, eligible);
    }
  };
  set(ports.range, true);
  for (const PortRange& reserved : ports.reserved) set(reserved, false);
}

}  // namespace sockdiag
