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
/// Of a glob: more than any unit's name is long.
inline constexpr std::size_t kMaxOwnerGlobBytes = 512;

/// One entry of `services` in the configuration: which sockets carry this name. An empty list, and
/// an absent direction, match everything.
struct ServiceRule {
  std::string name;
  Protocol protocol = Protocol::kTcp;
  std::optional<Direction> direction = {};
  /// Of the service port: the local one of an inbound socket, the remote one of an outbound.
  std::vector<PortRange> ports = {};
  std::vector<Cidr> local_networks = {};
  std::vector<Cidr> remote_networks = {};
  /// A glob (glob(7), with `/` like any other character) of the owner's name; empty: any, and
  /// nobody.
  std::string owner = {};

  friend bool operator==(const ServiceRule&, const ServiceRule&) = default;
};

/// Whether it looks at more than the service port.
[[nodiscard]] inline bool AsksForMoreThanPorts(const ServiceRule& rule) {
  return !rule.local_networks.empty() || !rule.remote_networks.empty() || !rule.owner.empty();
}

/// Whether a service port is one of the rule's.
[[nodiscard]] inline bool HoldsPort(const ServiceRule& rule, Port port) {
  return rule.ports.empty() ||
         std::any_of(rule.ports.begin(), rule.ports.end(),
                     [&](const PortRange& range) { return range.Contains(port); });
}

}  // namespace sockdiag
