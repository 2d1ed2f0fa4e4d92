#pragma once

#include <algorithm>
#include <cstdint>
#include <map>

namespace sockdiag {

/// Takes what was counted off what was not yet, however that has grown meanwhile.
template <typename Key>
void TakeCounted(const std::map<Key, std::uint64_t>& counted,
                 std::map<Key, std::uint64_t>& uncounted) noexcept {
  for (const auto& [key, count] : counted) {
    const auto place = uncounted.find(key);
    if (place == uncounted.end()) continue;
    place->second -= std::min(count, place->second);
    if (place->second == 0) uncounted.erase(place);
  }
}

}  // namespace sockdiag
