#include "config/config.h"

#include <algorithm>
#include <cstddef>

#include "collectors/registry.h"
#include "model/protocol.h"
#include "sockets/naming/rule_check.h"

namespace sockdiag {
namespace {

std::string NotCollected(Protocol protocol, std::ptrdiff_t rules) {
  const std::string name(Name(protocol));
  return "services: " + std::to_string(rules) + " of the rules name " + name +
         " sockets, which collectors." + name + " turns off";
}

}  // namespace

bool CollectorSwitches::IsEnabled(std::string_view name) const {
  const auto found = switches_.find(name);
  if (found != switches_.end()) return found->second;
  const std::span<const CollectorEntry> all = AllCollectors();
  return std::any_of(all.begin(), all.end(), [&](const CollectorEntry& entry) {
    return entry.name == name && entry.is_enabled_by_default;
  });
}

bool operator==(const CollectorSwitches& a, const CollectorSwitches& b) {
  const std::span<const CollectorEntry> all = AllCollectors();
  return std::all_of(all.begin(), all.end(), [&](const CollectorEntry& entry) {
    return a.IsEnabled(entry.name) == b.IsEnabled(entry.name);
  });
}

std::vector<std::string> FindDoubts(const Config& config) {
  std::vector<std::string> doubts = FindRuleDoubts(config.services);
  for (const Protocol protocol : kProtocols) {
    if (config.collectors.IsEnabled(Name(protocol))) continue;
    const auto is_of_it = [&](const ServiceRule& rule) { return rule.protocol == protocol; };
    const auto count = std::count_if(config.services.begin(), config.services.end(), is_of_it);
    if (count > 0) doubts.push_back(NotCollected(protocol, count));
  }
  return doubts;
}

}  // namespace sockdiag
