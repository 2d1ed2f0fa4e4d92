#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include "base/clock.h"

namespace sockdiag {

/// Keys with the time at which each was last in use; one that was silent for longer than
/// `retention` is forgotten.
template <typename Key>
class RetainedKeys {
 public:
  explicit RetainedKeys(Clock::Duration retention) : retention_(retention) {}

  void Touch(const Key& key, Clock::TimePoint now) { last_use_.insert_or_assign(key, now); }
  void Expire(Clock::TimePoint now) {
    std::erase_if(last_use_, [&](const auto& entry) { return now - entry.second > retention_; });
  }
  /// Takes over the keys of another that `keep(const Key&)` says, with their times.
  template <typename Predicate>
  void TakeOver(const RetainedKeys& before, Predicate&& keep) {
    for (const auto& [key, last_use] : before.last_use_) {
      if (keep(key)) last_use_.insert_or_assign(key, last_use);
    }
  }
  [[nodiscard]] bool Contains(const Key& key) const { return last_use_.contains(key); }
  [[nodiscard]] std::size_t size() const { return last_use_.size(); }

  /// Calls `visit(const Key&)` for each, in the keys' order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (const auto& [key, last_use] : last_use_) visit(key);
  }
  /// The keys, the one that was used last first; equal ones in the keys' order.
  [[nodiscard]] std::vector<Key> Latest() const {
    std::vector<Key> keys;
    for (const auto& [key, last_use] : last_use_) keys.push_back(key);
    std::stable_sort(keys.begin(), keys.end(), [this](const Key& a, const Key& b) {
      return last_use_.at(a) > last_use_.at(b);
    });
    return keys;
  }

 private:
  Clock::Duration retention_;
  std::map<Key, Clock::TimePoint> last_use_;
};

}  // namespace sockdiag
