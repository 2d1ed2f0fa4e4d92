#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/ip_address.h"
#include "model/port.h"
#include "model/protocol.h"
#include "sockets/naming/compiled_rules.h"
#include "sockets/naming/service_rule.h"
#include "sockets/naming/services_database.h"

namespace sockdiag {

/// `services_fallback`: the name of a service port that nothing names.
enum class ServicesFallback : std::uint8_t { kNumber, kOther };

/// From what is known of a socket to its service name: the first rule that matches, else the
/// services database's name of the service port, else the fallback. Immutable, so any thread may
/// use it.
class ServiceMatcher {
 public:
  /// What a rule names, and so is shown from the start.
  struct Configured {
    Protocol protocol;
    ServiceId service;
    Direction direction;

    friend bool operator==(const Configured&, const Configured&) = default;
  };

  /// Every name that it can give is in `names` afterwards.
  ServiceMatcher(const std::vector<ServiceRule>& rules, const ServicesDatabase& database,
                 ServiceNames& names, ServicesFallback fallback = ServicesFallback::kNumber);

  /// What rules make of one owner, by protocol and direction.
  class OwnerRows {
   private:
    friend class ServiceMatcher;
    std::vector<OwnerRow> rows_;
  };

  /// What the rules and the services database say, and who of them; named by nobody where neither
  /// does. `owner`: of this matcher.
  [[nodiscard]] ServiceMatch Match(Protocol protocol, Direction direction, Port service_port,
                                   const IpAddress& local, const IpAddress& remote,
                                   const OwnerRows& owner) const {
    const std::size_t place = PlaceOf(protocol, direction);
    return compiled_[place].Match(service_port, local, remote, owner.rows_[place]);
  }
  /// Of sockets that nobody holds.
  [[nodiscard]] const OwnerRows& nobody() const { return nobody_; }
  /// Of sockets that an owner of this name holds: once for each owner, as globs take time.
  [[nodiscard]] OwnerRows RowsOf(const std::string& owner) const;
  /// Whether a rule asks for owners: else all are like nobody.
  [[nodiscard]] bool asks_for_owners() const { return asks_for_owners_; }
  /// The name of a service's port that Match() has none for.
  [[nodiscard]] ServiceId Fallback(Port service_port) const {
    return fallback_ == ServicesFallback::kNumber ? NumberName(service_port) : ServiceId::kOther;
  }
  [[nodiscard]] CompiledRules::PortNaming NamingOf(Protocol protocol, Direction direction,
                                                   Port service_port) const {
    return compiled_[PlaceOf(protocol, direction)].NamingOf(service_port);
  }

  /// In the rules' order, without repeats.
  [[nodiscard]] const std::vector<Configured>& configured() const { return configured_; }

 private:
  [[nodiscard]] static std::size_t PlaceOf(Protocol protocol, Direction direction) {
    return Index(protocol) * kDirections.size() + Index(direction);
  }

  ServicesFallback fallback_;
  std::vector<Configured> configured_;
  std::vector<CompiledRules> compiled_;  // one for each protocol and direction
  OwnerRows nobody_;
  bool asks_for_owners_ = false;
};

}  // namespace sockdiag
