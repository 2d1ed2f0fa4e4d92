#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <ratio>

#include "base/clock.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/watch/cookie_table.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// Whose figures: one service in one direction and state.
struct WatchKey {
  ServiceId service;
  Direction direction;
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

  WatchFigures& operator+=(const WatchFigures& other);
};

/// The keys of another matcher's services in those of this one; what falls together is added up.
template <typename Value>
[[nodiscard]] std::map<WatchKey, Value> Translated(const std::map<WatchKey, Value>& values,
                                                   const ServiceTranslation& translation) {
  std::map<WatchKey, Value> translated;
  for (const auto& [key, value] : values) {
    translated[{translation[Index(key.service)], key.direction, key.state}] += value;
  }
  return translated;
}

/// One whole pass over the watched sockets.
struct WatchPass {
  Clock::TimePoint at{};
  std::map<WatchKey, WatchFigures> figures;
  /// Sockets whose age is unknown because the tracker is full.
  std::uint64_t untracked = 0;
};

/// Follows the sockets in the watched states from pass to pass, by cookie: since when each has been
/// in its state, and of which service and direction it was when it came there.
///
/// A dump can miss a socket that is there, so one is forgotten only when a second pass in a row
/// misses it. A pass that fails leaves everything as it was. One thread at a time; see StateWatch.
class StateTracker {
 public:
  StateTracker(const WatchOptions& options, Clock::TimePoint start);

  /// A socket of the pass under way. States that are not watched are passed over.
  void Observe(const SocketRecord& record, const Classification& classification);
  /// What the pass found, when it saw every watched socket. When it throws, for want of memory, the
  /// pass is to be abandoned.
  [[nodiscard]] WatchPass Look(Clock::TimePoint now);
  /// Ends the pass after Look(): what it saw is known from now on.
  void Commit() noexcept;
  /// Ends the pass: the dump failed.
  void Abandon();

  /// Goes on from what another tracker knows, which knows nothing after that; between two passes of
  /// it. In the next pass every socket gets the service and direction that it is shown with then,
  /// as the rules may be others. When it throws, for want of memory, the other one is as it was.
  void TakeOver(StateTracker& before, const ServiceTranslation& translation);

  [[nodiscard]] std::size_t size() const { return table_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const { return table_.memory_bytes(); }

 private:
  /// Time is kept in tenths of a second since the start; 32 bits hold six years of them.
  using Tick = std::chrono::duration<std::int32_t, std::deci>;

  [[nodiscard]] Clock::TimePoint Since(const TrackedSocket& socket) const {
    return start_ + Tick(static_cast<std::int32_t>(socket.since));
  }
  void AddFigures(const TrackedSocket& socket, WatchPass& pass) const;

  WatchOptions options_;
  Clock::TimePoint start_;
  CookieTable table_;
  /// States of which no whole pass was made yet: who is in them came at an unknown time.
  StateSet unseen_;
  bool reclassifies_ = false;
  /// Of the pass under way, and of the whole pass before it.
  std::map<WatchKey, std::uint64_t> untracked_;
  std::map<WatchKey, std::uint64_t> untracked_before_;
};

}  // namespace sockdiag
