#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "sockets/naming/retained_keys.h"

namespace sockdiag {

/// Which names may appear in a label, `limit` at most. A name that was admitted keeps its place
/// while it has sockets and for the retention after, whatever else turns up; free places go to the
/// newcomers with the most sockets, equal ones in the names' order. What is not admitted is not
/// remembered.
template <typename Name>
class AdmittedNames {
 public:
  struct Candidate {
    Name name;
    std::uint64_t sockets;
  };

  AdmittedNames() = default;
  AdmittedNames(std::size_t limit, Clock::Duration retention)
      : limit_(limit), admitted_(retention) {}

  /// Admits from the names present in one collection, each at most once; returns how many of them
  /// have no place. Silent names lose theirs only when they `may_expire`: in a collection that is
  /// not whole they may have sockets that were not seen.
  std::size_t Update(std::vector<Candidate> candidates, bool may_expire, Clock::TimePoint now) {
    const auto newcomers = std::partition(
        candidates.begin(), candidates.end(),
        [&](const Candidate& candidate) { return admitted_.Contains(candidate.name); });
    for (auto known = candidates.begin(); known != newcomers; ++known) {
      admitted_.Touch(known->name, now);
    }
    if (may_expire) admitted_.Expire(now);
    const std::size_t places = limit_ - std::min(limit_, admitted_.size());
    const std::size_t waiting = static_cast<std::size_t>(candidates.end() - newcomers);
    const auto last = newcomers + static_cast<std::ptrdiff_t>(std::min(places, waiting));
    std::partial_sort(newcomers, last, candidates.end(), ComesFirst);
    for (auto newcomer = newcomers; newcomer != last; ++newcomer) {
      admitted_.Touch(newcomer->name, now);
    }
    return static_cast<std::size_t>(candidates.end() - last);
  }

  /// From now on other limits hold. Names for which `gone(const Name&)` lose their places, and when
  /// there are fewer places than names left, those that were last in use keep theirs.
  template <typename Predicate>
  void Configure(std::size_t limit, Clock::Duration retention, Predicate&& gone) {
    limit_ = limit;
    admitted_.SetRetention(retention);
    admitted_.EraseIf(gone);
    if (admitted_.size() > limit_) admitted_.KeepLatest(limit_);
  }

  [[nodiscard]] bool Contains(const Name& name) const { return admitted_.Contains(name); }

 private:
  static bool ComesFirst(const Candidate& a, const Candidate& b) {
    return a.sockets != b.sockets ? a.sockets > b.sockets : a.name < b.name;
  }

  std::size_t limit_ = 0;
  RetainedKeys<Name> admitted_;
};

}  // namespace sockdiag
