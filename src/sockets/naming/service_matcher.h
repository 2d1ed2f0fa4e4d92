#pragma once

#include <cstddef>
#include <vector>

#include "model/ip_address.h"
#include "model/port.h"
#include "model/protocol.h"
#include "sockets/naming/compiled_rules.h"
#include "sockets/naming/service_rule.h"
#include "sockets/naming/services_database.h"

namespace sockdiag {

/// From what is known of a socket to its service name: the first rule that matches, else the
/// services database's name of the service port, else `other`. Immutable, so any thread may use it.
class ServiceMatcher {
 public:
  /// What a rule names, and so is shown from the start.
  struct Configured {
    Protocol protocol;
    ServiceId service;
    Direction direction;

    friend bool operator==(const Configured&, const Configured&) = default;
  };

  /// Every name that Match() can give is in `names` afterwards.
  ServiceMatcher(const std::vector<ServiceRule>& rules, const ServicesDatabase& database,
                 ServiceNames& names);

  [[nodiscard]] ServiceId Match(Protocol protocol, Direction direction, Port service_port,
                                const IpAddress& local, const IpAddress& remote) const {
    return Find(protocol, direction, service_port, local, remote).service;
  }
  /// The same, with who says so.
  [[nodiscard]] ServiceMatch Find(Protocol protocol, Direction direction, Port service_port,
                                  const IpAddress& local, const IpAddress& remote) const {
    return compiled_[PlaceOf(protocol, direction)].Match(service_port, local, remote);
  }

  /// In the rules' order, without repeats.
  [[nodiscard]] const std::vector<Configured>& configured() const { return configured_; }

 private:
  [[nodiscard]] static std::size_t PlaceOf(Protocol protocol, Direction direction) {
    return Index(protocol) * kDirections.size() + Index(direction);
  }

  std::vector<Configured> configured_;
  std::vector<CompiledRules> compiled_;  // one for each protocol and direction
};

}  // namespace sockdiag
