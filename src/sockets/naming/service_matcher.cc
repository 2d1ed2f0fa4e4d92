#include "sockets/naming/service_matcher.h"

#include <algorithm>
#include <array>
#include <map>

namespace sockdiag {
namespace {

/// Gives each distinct name a number, in the order in which they come.
class NameTable {
 public:
  explicit NameTable(std::vector<std::string>& names) : names_(names) { Id("other"); }

  ServiceId Id(const std::string& name) {
    const auto [place, added] = ids_.try_emplace(name, static_cast<ServiceId>(names_.size()));
    if (added) names_.push_back(name);
    return place->second;
  }

 private:
  std::vector<std::string>& names_;
  std::map<std::string, ServiceId> ids_;
};

RulePlane::PortNames PortNamesOf(Protocol protocol, const ServicesDatabase& database,
                                 NameTable& names) {
  RulePlane::PortNames port_names;
  for (const auto& [key, name] : database) {
    if (key.first == protocol) port_names.emplace(key.second, names.Id(name));
  }
  return port_names;
}

}  // namespace

ServiceMatcher::ServiceMatcher(const std::vector<ServiceRule>& rules,
                               const ServicesDatabase& database) {
  NameTable names(names_);
  std::array<std::vector<PlaneRule>, kProtocols.size() * kDirections.size()> plane_rules;
  for (const ServiceRule& rule : rules) {
    const ServiceId service = names.Id(rule.name);
    for (const Direction direction : kDirections) {
      if (rule.direction && *rule.direction != direction) continue;
      plane_rules[PlaneIndex(rule.protocol, direction)].push_back({&rule, service});
      const Configured configured{rule.protocol, service, direction};
      const bool repeated =
          std::find(configured_.begin(), configured_.end(), configured) != configured_.end();
      if (!repeated) configured_.push_back(configured);
    }
  }
  for (const Protocol protocol : kProtocols) {
    const RulePlane::PortNames port_names = PortNamesOf(protocol, database, names);
    for (const Direction direction : kDirections) {
      planes_.emplace_back(plane_rules[PlaneIndex(protocol, direction)], port_names);
    }
  }
}

ServiceTranslation Translate(const ServiceMatcher& from, const ServiceMatcher& to) {
  std::map<std::string_view, ServiceId> ids;
  for (std::size_t id = 0; id < to.names().size(); ++id) {
    ids.emplace(to.names()[id], static_cast<ServiceId>(id));
  }
  ServiceTranslation translation;
  for (const std::string& name : from.names()) {
    const auto found = ids.find(name);
    translation.push_back(found == ids.end() ? ServiceId::kOther : found->second);
  }
  return translation;
}

}  // namespace sockdiag
