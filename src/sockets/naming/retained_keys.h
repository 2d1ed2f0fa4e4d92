#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include "base/clock.h"

namespace sockdiag {

/// Keys with the time at which each was last in use; one that was silent for longer than the
/// retention is forgotten.
template <typename Key>
class RetainedKeys {
 public:
  RetainedKeys() = default;
  explicit RetainedKeys(Clock::Duration retention) : retention_(retention) {}

  /// From the next Expire() on.
  void SetRetention(Clock::Duration retention) { retention_ = retention; }
  void Touch(const Key& key, Clock::TimePoint now) { last_use_.insert_or_assign(key, now); }
  void Expire(Clock::TimePoint now) {
    std::erase_if(last_use_, [&](const auto& entry) { return now - entry.second > retention_; });
  }
  /// Forgets those for which `gone(const Key&)`.
  template <typename Predicate>
  void EraseIf(Predicate&& gone) {
    std::erase_if(last_use_, [&](const auto& entry) { return gone(entry.first); });
  }
  [[nodiscard]] bool Contains(const Key& key) const { return last_use_.contains(key); }
  [[nodiscard]] std::size_t size() const { return last_use_.size(); }

  /// Calls `visit(const Key&)` for each, in the keys' order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (const auto& [key, last_use] : last_use_) visit(key);
  }
  /// Forgets all but `count` of them, those that were used last; of equal ones the first in the
  /// keys' order stay.
  void KeepLatest(std::size_t count) {
    std::vector<Key> keys;
    for (const auto& [key, last_use] : last_use_) keys.push_back(key);
    std::stable_sort(keys.begin(), keys.end(), [this](const Key& a, const Key& b) {
      return last_use_.at(a) > last_use_.at(b);
    });
    for (std::size_t i = count; i < keys.size(); ++i) last_use_.erase(keys[i]);
  }

 private:
  Clock::Duration retention_{};
  std::map<Key, Clock::TimePoint> last_use_;
};

}  // namespace sockdiag
