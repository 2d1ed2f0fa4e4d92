#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/cidr.h"
#include "model/port.h"
#include "model/protocol.h"

namespace sockdiag {

/// Of a name from anywhere: it becomes a label.
inline constexpr std::size_t kMaxServiceNameBytes = 128;

/// One entry of `services` in the configuration: which sockets carry this name. An empty list, and
/// an absent direction, match everything.
struct ServiceRule {
  std::string name;
  Protocol protocol = Protocol::kTcp;
  std::optional<Direction> direction;
  /// Of the service port: the local one of an inbound socket, the remote one of an outbound.
  std::vector<PortRange> ports;
  std::vector<Cidr> local_networks;
  std::vector<Cidr> remote_networks;

  friend bool operator==(const ServiceRule&, const ServiceRule&) = default;
};

/// Whether a service port is one of the rule's.
[[nodiscard]] inline bool HoldsPort(const ServiceRule& rule, Port port) {
  return rule.ports.empty() ||
         std::any_of(rule.ports.begin(), rule.ports.end(),
                     [&](const PortRange& range) { return range.Contains(port); });
}

}  // namespace sockdiag
