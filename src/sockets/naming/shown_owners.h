#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "base/clock.h"
#include "model/protocol.h"
#include "sockets/naming/admitted_names.h"
#include "sockets/naming/expiry_gate.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/owner_event.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/retained_keys.h"

namespace sockdiag {

/// Which owners have a place of their own in labels, and in which states they are shown, from one
/// collection to the next and from one configuration to the next. One thread at a time.
class ShownOwners {
 public:
  using Sizes = std::map<Owner, std::uint64_t>;
  using Details = std::map<Owner, OwnerDetails>;
  /// An owner as it is shown, in a state.
  using StateKey = std::pair<Owner, SocketState>;
  /// The same, and what happened to it.
  using EventKey = std::pair<Owner, OwnerEvent>;

  /// From now on these limits hold. When it throws, for want of memory, this is to be thrown away.
  void Configure(const Limits& limits);
  /// Decides anew who has a place, from the owners that have sockets in one collection; how many
  /// have sockets and no place. `details`: what is known now of pods and containers; of those that
  /// have a place it is kept with that. `is_complete`: no protocol is missing for a failure.
  std::size_t Admit(const Sizes& sizes, const Details& details, bool is_complete,
                    Clock::TimePoint now);

  /// The owner itself, or when it has no place `other` of its kind. `none` is nobody.
  [[nodiscard]] Owner Shown(const Owner& owner) const;

  /// Of each pod and container that has a place, also while it has no sockets.
  [[nodiscard]] const Details& details() const { return details_; }

  [[nodiscard]] RetainedKeys<StateKey>& States(Protocol protocol) {
    return states_[Index(protocol)];
  }
  /// Whether those of our own network namespace are among them now, as `tells_own` says, and
  /// whether that is no more so since the last time.
  [[nodiscard]] bool EndsTellingOwn(Protocol protocol, bool tells_own) {
    return std::exchange(tells_own_[Index(protocol)], tells_own) && !tells_own;
  }
  /// What happened to owners, by those that are shown; 0 of each row that is still retained.
  [[nodiscard]] OwnerEvents EventRows(const OwnerEvents& events, Clock::TimePoint now);

 private:
  /// A user's names come last: he may make any number of them.
  enum class Rank : std::uint8_t { kSystems, kUsers };
  [[nodiscard]] static Rank RankOf(const Owner& owner);
  /// Pods that go by their names now are not shown by their uids, too.
  void ForgetFormerNames(const Sizes& sizes, const Details& details);
  /// Of states and events.
  void ForgetRowsWithoutPlace();
  [[nodiscard]] bool HasNoPlace(const Owner& shown) const;
  void ForgetDetailsWithoutPlace();

  ExpiryGate expiry_;
  AdmittedNames<Owner, Rank> admitted_;
  Details details_;
  /// By Protocol.
  std::array<RetainedKeys<StateKey>, kProtocols.size()> states_;
  /// By Protocol.
  std::array<bool, kProtocols.size()> tells_own_{};
  RetainedKeys<EventKey> events_;
};

}  // namespace sockdiag
