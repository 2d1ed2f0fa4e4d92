#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>

#include "sockets/naming/admitted_names.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/retained_keys.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/tally/protocol_totals.h"
#include "sockets/tally/snapshot.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// By Protocol; null where a collector is off or its dump failed.
using TotalsByProtocol = std::array<std::shared_ptr<const ProtocolTotals>, kProtocols.size()>;

/// Which services are shown, from one collection to the next.
class ServiceView {
 public:
  /// The names that rules give have their places from the start and for good, as far as the limit
  /// goes, in the rules' order. The matcher must outlive the view.
  ServiceView(const ServiceMatcher& matcher, const Limits& limits);

  /// Fills the service parts of the snapshot. A service that only the watch saw, between two dumps,
  /// is shown too. `complete`: no protocol is missing for a failure; while one is, nothing loses
  /// its place, but for no longer than the retention.
  void Update(const TotalsByProtocol& totals, const WatchReport& watch, bool complete,
              Clock::TimePoint now, Snapshot& snapshot);

  /// Goes on from what another view showed, as far as the limit of this one allows.
  void TakeOver(const ServiceView& before);

  /// The name, or `other` when it has no place.
  [[nodiscard]] const std::string& ShownName(ServiceId service) const;
  /// Whether it has a place of its own, or is `other`.
  [[nodiscard]] bool IsShown(const std::string& name) const;

 private:
  using Key = std::tuple<Protocol, std::string, Direction>;

  void Admit(const TotalsByProtocol& totals, const WatchReport& watch, bool may_expire,
             Clock::TimePoint now, Snapshot& snapshot);

  /// Whether silent names may go.
  [[nodiscard]] bool MayExpire(bool complete, Clock::TimePoint now);

  const ServiceMatcher& matcher_;
  Clock::Duration retention_;
  std::optional<Clock::TimePoint> incomplete_since_;
  std::set<std::string> permanent_;
  AdmittedNames<std::string> admitted_;
  RetainedKeys<Key> shown_;
};

}  // namespace sockdiag
