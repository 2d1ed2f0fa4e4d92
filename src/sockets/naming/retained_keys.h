#pragma once

#include <map>

#include "base/clock.h"

namespace sockdiag {

/// Keys with the time at which each was last in use; one that was silent for longer than the
/// retention is forgotten.
template <typename Key>
class RetainedKeys {
 public:
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

  /// These figures are what there is now: their keys are in use, and every other key that is still
  /// retained gets a figure that counts none. `figures`: a map by Key.
  template <typename Figures>
  void Complete(Figures& figures, Clock::TimePoint now) {
    for (const auto& [key, figure] : figures) Touch(key, now);
    Expire(now);
    ForEach([&](const Key& key) { figures.try_emplace(key); });
  }

  /// Calls `visit(const Key&)` for each, in the keys' order.
  template <typename Visitor>
  void ForEach(Visitor&& visit) const {
    for (const auto& [key, last_use] : last_use_) visit(key);
  }

 private:
  Clock::Duration retention_{};
  std::map<Key, Clock::TimePoint> last_use_;
};

}  // namespace sockdiag
