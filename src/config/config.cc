#include "config/config.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "collectors/namespaces.h"
#include "collectors/registry.h"
#include "model/protocol.h"
#include "sockets/naming/rule_check.h"
#include "sockets/naming/service_names.h"

namespace sockdiag {
namespace {

std::string NotCollected(Protocol protocol, std::ptrdiff_t rules) {
  const std::string name(Name(protocol));
  return "services: " + std::to_string(rules) + " of the rules name " + name +
         " sockets, which collectors." + name + " or --no-collector." + name + " turns off";
}

/// Why rules that ask for an owner match nothing; empty when they may.
std::string_view WhyNoOwners(const Config& config) {
  if (!config.owners.enabled) return "owners.enabled is false";
  // Sockets of other network namespaces come from sock_diag in any case.
  const bool is_proc_all = config.source == SourceChoice::kProc &&
                           !config.collectors.IsEnabled(NamespacesCollector::kName);
  return is_proc_all ? "source: proc tells none" : "";
}

std::string OwnersNotLookedFor(std::ptrdiff_t rules, std::string_view why) {
  return "services: " + std::to_string(rules) + " of the rules name an owner, and " +
         std::string(why) + ": they match nothing";
}

/// Of more names than there are places for; empty when all have one.
std::string NamesWithoutPlace(const Config& config) {
  std::set<std::string_view> names;
  for (const ServiceRule& rule : config.services) names.insert(rule.name);
  names.erase(kOtherName);
  if (names.size() <= config.limits.services) return {};
  return "limits.services: the rules give " + std::to_string(names.size()) +
         " names, and there are places for " + std::to_string(config.limits.services) +
         ": the last ones count under " + std::string(kOtherName);
}

/// Whether it gives its sockets the name that a port's unnamed ones have, and others than these.
bool TakesAPortsName(const ServiceRule& rule) {
  const std::optional<Port> port = PortOfNumberName(rule.name);
  return port && (rule.ports.empty() ||
                  std::any_of(rule.ports.begin(), rule.ports.end(), [&](const PortRange& range) {
                    return range.first != *port || range.last != *port;
                  }));
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
  const auto asking = std::count_if(config.services.begin(), config.services.end(),
                                    [](const ServiceRule& rule) { return !rule.owner.empty(); });
  const std::string_view why_no_owners = WhyNoOwners(config);
  if (asking > 0 && !why_no_owners.empty()) {
    doubts.push_back(OwnersNotLookedFor(asking, why_no_owners));
  }
  if (const std::string doubt = NamesWithoutPlace(config); !doubt.empty()) doubts.push_back(doubt);
  if (config.services_fallback != ServicesFallback::kNumber) return doubts;
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const ServiceRule& rule = config.services[i];
    if (!TakesAPortsName(rule)) continue;
    doubts.push_back(RuleText(config.services, i) + " has the name of port " + rule.name +
                     " where nothing names that: nothing will tell the two apart");
  }
  return doubts;
}

}  // namespace sockdiag
