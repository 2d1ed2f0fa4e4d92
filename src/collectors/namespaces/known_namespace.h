#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "collectors/owner_sums.h"
#include "model/protocol.h"
#include "namespaces/helper.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/owner.h"
#include "sockets/watch/drop_watch.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// What is remembered of a network namespace that is not our own, from one turn to the next.
struct KnownNamespace {
  /// What came of it in one collection; the label `result`.
  enum class Outcome : std::uint8_t {
    /// Its sockets were dumped.
    kDumped,
    /// The kernel's counters tell that nothing has changed since they were.
    kIdle,
    /// Its turn has not come, or failed; what is shown is older.
    kStale,
    /// It cannot be entered.
    kRefused
  };

  KnownNamespace(const Clock& clock, Clock::TimePoint found_at) : found(found_at), watch(clock) {}

  /// When its figures of a protocol last held, and which configuration counted them.
  struct Seen {
    Clock::TimePoint at;
    std::uint64_t generation;
  };

  Clock::TimePoint found;
  /// As FoundNamespace tells it.
  std::string cgroup;
  /// As OpenedNamespace tells it; 0 before the first turn.
  std::uint64_t cookie = 0;
  /// Its processes are in another cgroup than before: it may be another namespace, with the number
  /// of one that was deleted. Its next turn decides so where there are no cookies.
  bool is_doubtful = false;
  /// Whose its sockets are that have no owner of their own.
  Owner owner;
  Outcome outcome = Outcome::kStale;
  /// When it last had its turn, whatever came of it; nothing before the first.
  std::optional<Clock::TimePoint> last_turn;
  /// By Protocol; nothing before there are any figures.
  std::array<std::optional<Seen>, kProtocols.size()> seen;

  /// Tcp InSegs before the last walk of all TCP sockets, when that showed none in SYN_RECV: these
  /// are in no other counter.
  std::optional<std::uint64_t> quiet_segments;
  /// Tcp RetransSegs at the last turn, and what came to it since it was last counted.
  std::optional<std::uint64_t> retransmitted_segments;
  std::uint64_t uncounted_retransmits = 0;
  /// The counters before the last walk of the UDP sockets, and when that was.
  struct UdpWalk {
    std::uint64_t in_use;
    std::uint64_t datagrams;
    Clock::TimePoint at;
  };
  std::optional<UdpWalk> udp_walk;

  /// By Protocol.
  std::array<ListenerMemory, kProtocols.size()> listeners{ListenerMemory(Protocol::kTcp),
                                                          ListenerMemory(Protocol::kUdp)};
  /// By Protocol.
  std::array<DropWatch, kProtocols.size()> drops;
  StateWatch watch;
  TalliesByProtocol tallies;
  OwnerSums owners;

  [[nodiscard]] bool HasFigures() const {
    return std::any_of(seen.begin(), seen.end(), [](const auto& one) { return one.has_value(); });
  }
  /// When all figures of these protocols last held; while there are none of one, when the namespace
  /// was found. `now` when they are none.
  [[nodiscard]] Clock::TimePoint LastHeld(const ProtocolFlags& protocols,
                                          Clock::TimePoint now) const {
    Clock::TimePoint held = now;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      if (protocols[i]) held = std::min(held, seen[i] ? seen[i]->at : found);
    }
    return held;
  }
};

}  // namespace sockdiag
