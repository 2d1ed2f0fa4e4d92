#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace sockdiag {

/// Which names may appear in a label, `limit` at most.
///
/// Each name has a rank, lower ones first. Free places go to the newcomers of the first rank, in it
/// to those with the most sockets, equal ones in the names' order. A name that was admitted keeps
/// its place while it has sockets and for the retention after, whatever else of its rank or a later
/// one turns up. A newcomer of an earlier rank may take it, and does so from the last rank first,
/// there from the name with the fewest sockets; of several without any, from the one that has had
/// none for the longest. What is not admitted is not remembered.
template <typename Name, typename Rank>
class AdmittedNames {
 public:
  struct Candidate {
    Name name;
    Rank rank;
    std::uint64_t sockets;
  };
  struct Outcome {
    /// Of the candidates, those that have no place.
    std::size_t folded = 0;
    /// Whether a name has lost its place to another one.
    bool has_replaced = false;
  };

  AdmittedNames() = default;
  AdmittedNames(std::size_t limit, Clock::Duration retention)
      : limit_(limit), retention_(retention) {}

  /// Admits from the names present in one collection, each at most once. A name loses its place
  /// only when it `may_expire`: in a collection that is not whole any may have sockets that were
  /// not seen.
  Outcome Update(std::vector<Candidate> candidates, bool may_expire, Clock::TimePoint now) {
    for (auto& [name, place] : places_) place.sockets = 0;
    const auto newcomers = std::partition(
        candidates.begin(), candidates.end(),
        [&](const Candidate& candidate) { return places_.contains(candidate.name); });
    for (auto known = candidates.begin(); known != newcomers; ++known) {
      places_.at(known->name) = {known->rank, known->sockets, now};
    }
    if (may_expire) {
      std::erase_if(places_,
                    [&](const auto& entry) { return now - entry.second.last_use > retention_; });
    }
    const auto waiting = static_cast<std::size_t>(candidates.end() - newcomers);
    const auto last = newcomers + static_cast<std::ptrdiff_t>(std::min(limit_, waiting));
    std::partial_sort(newcomers, last, candidates.end(), ComesFirst);
    Newcomer next = newcomers;
    for (; next != last && places_.size() < limit_; ++next) {
      Admit(*next, now, places_);
    }
    Outcome outcome;
    if (next != last && may_expire) next = Replace(next, last, now, outcome);
    outcome.folded += static_cast<std::size_t>(candidates.cend() - next);
    return outcome;
  }

  /// From now on other limits hold. Names for which `gone(const Name&)` lose their places, and when
  /// there are fewer places than names left, those of the first ranks keep theirs, and in a rank
  /// those that were last in use.
  template <typename Predicate>
  void Configure(std::size_t limit, Clock::Duration retention, Predicate&& gone) {
    limit_ = limit;
    retention_ = retention;
    std::erase_if(places_, [&](const auto& entry) { return gone(entry.first); });
    if (places_.size() <= limit_) return;
    std::vector<Entry> entries = EntriesOf(places_);
    std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return std::pair(a->second.rank, b->second.last_use) <
             std::pair(b->second.rank, a->second.last_use);
    });
    for (std::size_t i = limit_; i < entries.size(); ++i) places_.erase(entries[i]);
  }

  /// It has no place any more.
  void Forget(const Name& name) { places_.erase(name); }

  [[nodiscard]] bool Contains(const Name& name) const { return places_.contains(name); }
  /// Whether it has a place, and did so when last present by a rank before this one.
  [[nodiscard]] bool ContainsBefore(const Name& name, Rank rank) const {
    const auto place = places_.find(name);
    return place != places_.end() && place->second.rank < rank;
  }

 private:
  struct Place {
    Rank rank;
    /// In the last collection.
    std::uint64_t sockets;
    Clock::TimePoint last_use;
  };
  using Places = std::map<Name, Place>;
  using Entry = typename Places::const_iterator;
  using Newcomer = typename std::vector<Candidate>::const_iterator;

  static bool ComesFirst(const Candidate& a, const Candidate& b) {
    if (a.rank != b.rank) return a.rank < b.rank;
    return a.sockets != b.sockets ? a.sockets > b.sockets : a.name < b.name;
  }
  static bool GoesFirst(const Entry& a, const Entry& b) {
    if (a->second.rank != b->second.rank) return a->second.rank > b->second.rank;
    if (a->second.sockets != b->second.sockets) return a->second.sockets < b->second.sockets;
    if (a->second.last_use != b->second.last_use) return a->second.last_use < b->second.last_use;
    return a->first > b->first;
  }

  static void Admit(const Candidate& candidate, Clock::TimePoint now, Places& places) {
    places.emplace(candidate.name, Place{candidate.rank, candidate.sockets, now});
  }
  [[nodiscard]] static std::vector<Entry> EntriesOf(const Places& places) {
    std::vector<Entry> entries;
    for (Entry entry = places.begin(); entry != places.end(); ++entry) entries.push_back(entry);
    return entries;
  }

  /// Gives newcomers, the first ones first, the places of names of later ranks; how far it came.
  /// When it throws, for want of memory, nobody has lost a place.
  Newcomer Replace(Newcomer next, Newcomer last, Clock::TimePoint now, Outcome& outcome) {
    Places places = places_;
    std::vector<Entry> entries = EntriesOf(places);
    std::sort(entries.begin(), entries.end(), GoesFirst);
    for (const Entry& entry : entries) {
      if (next == last || entry->second.rank <= next->rank) break;
      Admit(*next++, now, places);
      if (entry->second.sockets != 0) ++outcome.folded;
      outcome.has_replaced = true;
      places.erase(entry);
    }
    places_.swap(places);
    return next;
  }

  std::size_t limit_ = 0;
  Clock::Duration retention_{};
  Places places_;
};

}  // namespace sockdiag
