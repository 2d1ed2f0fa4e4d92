#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "base/clock.h"
#include "collectors/namespaces/cpu_credit.h"
#include "collectors/namespaces/known_namespace.h"
#include "collectors/owner_sums.h"
#include "namespaces/helper.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/watch/peak_window.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// What is known of all network namespaces but our own, together, at one moment. Tallies are null
/// of a protocol that is not collected, and while there are namespaces and it is known in none.
/// What happened is not in them, as several collections may show the same findings: see
/// NamespaceMemory::Uncounted().
struct NamespaceFindings {
  TalliesByProtocol tallies;
  OwnerSums owners;
  WatchReport report;
};

/// What happened in all of them and was not counted yet, also in those that have gone.
struct NamespaceEvents {
  /// Sockets that came to a state.
  EnteredSockets entered;
  DropsByProtocol drops;
  OwnerEvents of_owners;
};

/// What goes on from one collection to the next and from one configuration to the next. While it
/// is used, its mutex is to be held.
class NamespaceMemory {
 public:
  /// The clock must outlive this.
  explicit NamespaceMemory(const Clock& clock) : clock_(clock) {}

  std::mutex mutex;
  CpuCredit credit;

  /// Those that were found are known from now on, and no others: what was remembered of one that
  /// was deleted goes. Our own is none of them. `owners` may be null.
  void Keep(const std::vector<FoundNamespace>& found, Owners* owners);
  [[nodiscard]] std::map<NamespaceId, KnownNamespace>& known() { return known_; }
  /// From now on this is another namespace with the same number, found just now: nothing is known
  /// of it but whose it is.
  KnownNamespace& StartAnew(NamespaceId id);
  /// It cannot be entered any more: its figures go.
  void Refuse(NamespaceId id);
  /// In the order in which their turn comes: who waited longest first.
  [[nodiscard]] std::vector<NamespaceId> Turns() const;
  /// How many sockets are tracked in them.
  [[nodiscard]] std::size_t tracked() const;
  /// All together, of the protocols that are collected. The matcher must outlive it.
  [[nodiscard]] std::shared_ptr<const NamespaceFindings> Sum(const ServiceMatcher& matcher,
                                                             const ProtocolFlags& is_collected,
                                                             Clock::Duration peak_window);
  /// These two need no mutex, and wait for no collection.
  [[nodiscard]] NamespaceEvents Uncounted() const;
  void MarkCounted(const NamespaceEvents& counted) noexcept;

 private:
  [[nodiscard]] std::shared_ptr<const SocketTallies> SumTallies(
      Protocol protocol, const ServiceMatcher& matcher) const;
  [[nodiscard]] WatchReport SumWatch(Clock::Duration peak_window);
  /// What a namespace's watch reports joins what is not counted yet.
  void TakeEntered(const WatchReport& report);
  /// The same of what its sockets dropped, and of all that is counted by owner.
  void TakeEvents(KnownNamespace& known);

  const Clock& clock_;
  std::map<NamespaceId, KnownNamespace> known_;
  mutable std::mutex events_mutex_;
  NamespaceEvents events_;
  PeakWindow peaks_{Clock::Duration()};
};

}  // namespace sockdiag
