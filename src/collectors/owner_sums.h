#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

#include "model/protocol.h"
#include "model/socket_state.h"
#include "sockets/naming/owner_event.h"
#include "sockets/naming/owners.h"
#include "sockets/tally/owner_figures.h"
#include "sockets/tally/socket_tallies.h"
#include "sockets/watch/drop_watch.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// By Protocol; null where a protocol was not dumped.
using TalliesByProtocol = std::array<std::shared_ptr<const SocketTallies>, kProtocols.size()>;

/// By Protocol.
using ProtocolFlags = std::array<bool, kProtocols.size()>;

/// Those that are collected and have no tallies: their dumps failed.
[[nodiscard]] ProtocolFlags LackingProtocols(const TalliesByProtocol& tallies,
                                             const ProtocolFlags& is_collected);
/// Whether any is set.
[[nodiscard]] bool IsAny(const ProtocolFlags& flags);

/// What is known of owners' sockets at one moment, by the owners' names.
struct OwnerSums {
  struct Watched {
    std::uint64_t stuck = 0;
    /// Of the oldest socket, at the time of the pass.
    double oldest_age_seconds = 0;
  };

  /// By Protocol; those that have sockets.
  std::array<std::map<Owner, OwnerFigures>, kProtocols.size()> sockets;
  std::map<std::pair<Owner, SocketState>, Watched> watched;
  OwnerEvents events;
  /// Of the pods and containers among them, and perhaps of others.
  std::map<Owner, OwnerDetails> details;

  OwnerSums& operator+=(const OwnerSums& other);
};

/// Sums up one network namespace. `pass` may be null; `drops` are those since they were last
/// counted. What nothing tells of belongs to the only
/// owner that has sockets there, when there is just one, and else to `rest`, as does what has a
/// cgroup that is nobody's.
[[nodiscard]] OwnerSums SumOwners(const TalliesByProtocol& tallies, const WatchPass* pass,
                                  const DropsByProtocol& drops, const Owners& owners,
                                  const Owner& rest = Owner());

}  // namespace sockdiag
