#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ratio>

#include "base/clock.h"
#include "model/direction.h"
#include "model/port.h"
#include "sockets/naming/group.h"
#include "sockets/naming/owner.h"
#include "sockets/watch/cookie_table.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// A socket in a watched state, as a dump showed it.
#pragma pack(push, 4)  // many are kept in a row, without gaps
struct Sighting {
  std::uint64_t cookie;
  GroupId group;
  SocketState state;
  /// See Classification::is_known.
  bool direction_is_known = false;
  Port service_port;
  OwnerId owner = OwnerId::kUntold;
  /// Of the socket in its state; 0 when nothing is known.
  std::uint32_t least_age_ms = 0;
};
#pragma pack(pop)
static_assert(sizeof(Sighting) == 24);

/// Whose figures: one group in one state.
struct WatchKey {
  GroupId group;
  SocketState state;

  friend auto operator<=>(const WatchKey&, const WatchKey&) = default;
};

/// What one pass over the watched sockets found of one key.
struct WatchFigures {
  std::uint64_t sockets = 0;
  /// Of the sockets, those that are longer in this state than the option says.
  std::uint64_t stuck = 0;
  /// Sockets that were not in this state in the pass before. A lower bound: none in the first pass,
  /// nor after one in which sockets of this key were untracked, since they came at an unknown time.
  std::uint64_t entered = 0;
  /// When the oldest one was first seen in this state; absent when no age is known.
  std::optional<Clock::TimePoint> oldest_since;
};

/// Sockets of one service port and direction in one state.
struct PortWatchKey {
  Direction direction;
  Port port;
  SocketState state;

  friend auto operator<=>(const PortWatchKey&, const PortWatchKey&) = default;
};

/// One owner's sockets in one state.
struct OwnerWatchKey {
  OwnerId owner;
  SocketState state;

  friend auto operator<=>(const OwnerWatchKey&, const OwnerWatchKey&) = default;
};

/// What one pass found of them.
struct OwnerWatchFigures {
  std::uint64_t stuck = 0;
  /// When the oldest one was first seen in this state.
  Clock::TimePoint oldest_since = Clock::TimePoint::max();
};

/// One whole pass over the watched sockets.
struct WatchPass {
  Clock::TimePoint at{};
  std::map<WatchKey, WatchFigures> figures;
  /// The stuck sockets again, by port.
  std::map<PortWatchKey, std::uint64_t> stuck_by_port;
  /// The tracked sockets again, by owner.
  std::map<OwnerWatchKey, OwnerWatchFigures> by_owner;
  /// Sockets whose age is unknown because the tracker is full.
  std::uint64_t untracked = 0;
};

/// Follows the sockets in the watched states from pass to pass, by cookie: since when each has been
/// in its state, be it seen or told by a least age, and whether its direction is known. It belongs
/// to the group that the newest pass says, as in all other figures of that dump.
///
/// A dump can miss a socket that is there, so one is forgotten only when a second pass in a row
/// misses it. A pass that fails leaves everything as it was, but that a socket which changed its
/// state in it is found anew by the next one. One thread at a time; see StateWatch.
class StateTracker {
 public:
  StateTracker(const WatchOptions& options, Clock::TimePoint start);

  /// A socket of the pass under way, which ends now.
  void Observe(const Sighting& sighting, Clock::TimePoint now);
  /// Makes a later Observe() of this one quicker.
  void Prefetch(const Sighting& sighting) const { table_.Prefetch(sighting.cookie); }
  /// Sockets of the pass under way that nobody can follow.
  void ObserveUntracked(const WatchKey& key, std::uint64_t sockets) { untracked_[key] += sockets; }
  /// What the pass found, when it saw every watched socket. When it throws, for want of memory, the
  /// pass is to be abandoned.
  [[nodiscard]] WatchPass Summarize(Clock::TimePoint now);
  /// Ends the pass after Summarize(): what it saw is known from now on.
  void Commit() noexcept;
  /// Ends the pass: the dump failed.
  void Abandon();

  /// Between two passes: the next one is as the very first.
  void Forget() noexcept;
  /// Between two passes: from now on other options hold.
  void Configure(const WatchOptions& options) noexcept;

  /// The direction of a socket that is followed, once it is known.
  [[nodiscard]] std::optional<Direction> KnownDirection(std::uint64_t cookie);
  /// Since when it has been in this state; nothing when it is not followed there.
  [[nodiscard]] std::optional<Clock::TimePoint> KnownSince(std::uint64_t cookie, SocketState state);
  /// Whether this socket is followed already.
  [[nodiscard]] bool Follows(std::uint64_t cookie) { return table_.Find(cookie) != nullptr; }
  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const { return table_.memory_bytes(); }

 private:
  /// Time is kept in tenths of a second since the start, or before it; 32 bits hold six years.
  using Tick = std::chrono::duration<std::int32_t, std::deci>;

  [[nodiscard]] Clock::TimePoint Since(const TrackedSocket& socket) const {
    return start_ + Tick(static_cast<std::int32_t>(socket.since));
  }
  /// Rounded up, so that an age is never more than it is.
  [[nodiscard]] std::uint32_t TickOf(Clock::TimePoint time) const {
    return static_cast<std::uint32_t>(std::chrono::ceil<Tick>(time - start_).count());
  }
  [[nodiscard]] bool IsStuck(const TrackedSocket& socket, Clock::TimePoint now) const {
    return now - Since(socket) > options_.stuck_after[Index(socket.State())];
  }
  /// What the tracker does not know of a socket, and the dump does.
  void AddPortAndOwner(const Sighting& sighting, const TrackedSocket& socket, Clock::TimePoint now);
  void AddFigures(const WatchKey& key, const TrackedSocket& socket, Clock::TimePoint now,
                  WatchFigures& figures) const;

  WatchOptions options_;
  Clock::TimePoint start_;
  CookieTable table_;
  /// States of which no whole pass was made yet: who is in them came at an unknown time.
  StateSet unseen_;
  /// Of the pass under way.
  std::map<PortWatchKey, std::uint64_t> stuck_by_port_;
  std::map<OwnerWatchKey, OwnerWatchFigures> by_owner_;
  /// Of the pass under way, and of the whole pass before it.
  std::map<WatchKey, std::uint64_t> untracked_;
  std::map<WatchKey, std::uint64_t> untracked_before_;
};

}  // namespace sockdiag
