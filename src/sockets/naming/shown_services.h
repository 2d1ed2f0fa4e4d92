#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/direction.h"
#include "model/protocol.h"
#include "model/stall_reason.h"
#include "model/state_set.h"
#include "sockets/naming/admitted_names.h"
#include "sockets/naming/expiry_gate.h"
#include "sockets/naming/group.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/retained_keys.h"
#include "sockets/naming/service_matcher.h"

namespace sockdiag {

/// In what a service is shown: from the start in every state that its direction can have, and with
/// every reason to stall; but one whose name is a port's number, in those alone that were seen.
struct ShownUses {
  StateSet states;
  StallReasonSet stalls;
};

/// The labels under which sockets of a service are shown, and in what.
struct ServiceRow {
  Protocol protocol;
  std::string service_name;
  Direction direction;
  ShownUses uses;
};

/// Which service names have a place of their own in labels, and which rows are shown, from one
/// collection to the next and from one configuration to the next. One thread at a time.
///
/// Names that rules give have their places from the start and for good, as far as the limit goes,
/// in the rules' order; the others compete, see AdmittedNames, and ports' numbers come last.
class ShownServices {
 public:
  using Sizes = std::map<ServiceId, std::uint64_t>;

  /// The names must outlive this. Nothing but `other` has a place before Configure().
  explicit ShownServices(const ServiceNames& names) : names_(&names) {}

  /// From now on these limits and rules hold. When it throws, for want of memory, this is to be
  /// thrown away.
  void Configure(const Limits& limits, const std::vector<ServiceMatcher::Configured>& configured);

  /// Decides anew who has a place, from the services that have sockets in one collection; how many
  /// have sockets and no place. `is_complete`: no protocol is missing for a failure; while one is,
  /// nothing loses its place, but for no longer than the retention.
  std::size_t Admit(const Sizes& sizes, bool is_complete, Clock::TimePoint now);
  /// After Admit(): sockets of this group are in this state, or stall for this reason.
  void Touch(Protocol protocol, GroupId group, SocketState state, Clock::TimePoint now);
  void Touch(Protocol protocol, GroupId group, StallReason reason, Clock::TimePoint now);
  /// After the last Touch() of a collection: forgets rows that were silent for too long, and so
  /// settles Rows().
  void Settle(Clock::TimePoint now);

  /// The rows that are to be shown, be it with zeros, in their order: those in use or configured.
  [[nodiscard]] std::span<const ServiceRow> Rows(Protocol protocol) const;
  /// The place in Rows() of a group that was touched in this collection.
  [[nodiscard]] std::size_t RowOf(Protocol protocol, GroupId group) const {
    return places_.at({protocol, ShownGroup(group)});
  }

  /// The service, or `other` when it has no place.
  [[nodiscard]] ServiceId Shown(ServiceId service) const {
    return IsShown(service) ? service : ServiceId::kOther;
  }
  [[nodiscard]] std::string ShownName(ServiceId service) const {
    return names_->Name(Shown(service));
  }
  /// Whether it has a place of its own, or is `other`.
  [[nodiscard]] bool IsShown(ServiceId service) const {
    return service == ServiceId::kOther || permanent_.contains(service) ||
           admitted_.Contains(service);
  }

 private:
  enum class Rank : std::uint8_t { kDatabase, kNumber };
  using Names = AdmittedNames<ServiceId, Rank>;
  /// The group is of a service that is shown.
  using RowKey = std::pair<Protocol, GroupId>;
  using UseInState = std::pair<RowKey, SocketState>;
  using Stall = std::pair<RowKey, StallReason>;

  void ForgetUsesWithoutPlace();
  [[nodiscard]] GroupId ShownGroup(GroupId group) const {
    const Group parts = GroupOf(group);
    return IdOf({Shown(parts.service), parts.direction});
  }
  [[nodiscard]] RowKey ShownRow(Protocol protocol, GroupId group) const {
    return {protocol, ShownGroup(group)};
  }
  [[nodiscard]] ShownUses UsesFromTheStart(const RowKey& row) const;
  [[nodiscard]] std::map<RowKey, ShownUses> UsesByRow() const;

  const ServiceNames* names_;
  ExpiryGate expiry_;
  bool may_expire_ = true;
  std::set<ServiceId> permanent_;
  Names admitted_;
  std::set<RowKey> configured_;
  RetainedKeys<UseInState> in_use_;
  RetainedKeys<Stall> stalled_;
  std::vector<ServiceRow> rows_;
  /// Of each row, among those of its protocol.
  std::map<RowKey, std::size_t> places_;
};

}  // namespace sockdiag
