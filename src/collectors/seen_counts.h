#pragma once

#include <cstdint>
#include <map>

namespace sockdiag {

/// Counts by a key. One that was seen once stays, at 0 when there are none: a figure that comes and
/// goes cannot be drawn or compared. Only for keys of which there are few.
template <typename Key>
class SeenCounts {
 public:
  /// Before all are counted anew.
  void Reset() {
    for (auto& [key, count] : counts_) count = 0;
  }
  void Add(const Key& key, std::uint64_t count = 1) { counts_[key] += count; }

  /// In the keys' order.
  [[nodiscard]] const std::map<Key, std::uint64_t>& counts() const { return counts_; }

 private:
  std::map<Key, std::uint64_t> counts_;
};

}  // namespace sockdiag
