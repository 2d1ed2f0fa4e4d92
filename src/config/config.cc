#include "config/config.h"

#include <algorithm>

#include "collectors/registry.h"

namespace sockdiag {

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

}  // namespace sockdiag
