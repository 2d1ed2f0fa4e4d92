#include "sockets/naming/service_matcher.h"

#include <algorithm>
#include <array>
#include <map>

namespace sockdiag {
namespace {

CompiledRules::PortNames PortNamesOf(Protocol protocol, const ServicesDatabase& database,
                                     ServiceNames& names) {
  CompiledRules::PortNames port_names;
  for (const auto& [key, name] : database) {
    if (key.first == protocol) port_names.emplace(key.second, names.Intern(name));
  }
  return port_names;
}

}  // namespace

ServiceMatcher::ServiceMatcher(const std::vector<ServiceRule>& rules,
                               const ServicesDatabase& database, ServiceNames& names,
                               ServicesFallback fallback)
    : fallback_(fallback) {
  std::array<std::vector<NamedRule>, kProtocols.size() * kDirections.size()> named_rules;
  for (const ServiceRule& rule : rules) {
    const ServiceId service = names.Intern(rule.name);
    for (const Direction direction : kDirections) {
      if (rule.direction && *rule.direction != direction) continue;
      named_rules[PlaceOf(rule.protocol, direction)].push_back({&rule, service});
      const Configured configured{rule.protocol, service, direction};
      const bool repeated =
          std::find(configured_.begin(), configured_.end(), configured) != configured_.end();
      if (!repeated) configured_.push_back(configured);
    }
  }
  for (const Protocol protocol : kProtocols) {
    const CompiledRules::PortNames port_names = PortNamesOf(protocol, database, names);
    for (const Direction direction : kDirections) {
      compiled_.emplace_back(named_rules[PlaceOf(protocol, direction)], port_names);
    }
  }
  nobody_ = RowsOf("");
  asks_for_owners_ = std::any_of(compiled_.begin(), compiled_.end(),
                                 [](const CompiledRules& part) { return part.AsksForOwners(); });
}

ServiceMatcher::OwnerRows ServiceMatcher::RowsOf(const std::string& owner) const {
  OwnerRows rows;
  for (const CompiledRules& rules : compiled_) rows.rows_.push_back(rules.RowOf(owner));
  return rows;
}

}  // namespace sockdiag
