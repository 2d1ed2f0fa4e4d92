#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace sockdiag {

/// The keys cut into intervals at given boundaries; finds the interval of a key in logarithmic
/// time.
template <typename Key>
class IntervalMap {
 public:
  /// `starts`: where an interval begins, in any order, repeats allowed. The lowest key of the type
  /// is always a start.
  explicit IntervalMap(std::vector<Key> starts) : starts_(std::move(starts)) {
    starts_.push_back(Key{});
    std::sort(starts_.begin(), starts_.end());
    starts_.erase(std::unique(starts_.begin(), starts_.end()), starts_.end());
  }

  [[nodiscard]] std::size_t size() const { return starts_.size(); }
  /// The lowest key of interval `i`; it stands for all of them.
  [[nodiscard]] const Key& Start(std::size_t i) const { return starts_[i]; }

  /// Which interval holds `key`: 0 .. size() - 1.
  [[nodiscard]] std::size_t Find(const Key& key) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), key);
    return static_cast<std::size_t>(after - starts_.begin()) - 1;
  }

 private:
  std::vector<Key> starts_;
};

}  // namespace sockdiag
