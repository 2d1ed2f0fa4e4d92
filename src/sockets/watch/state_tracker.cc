#include "sockets/watch/state_tracker.h"

#include <algorithm>
#include <utility>

namespace sockdiag {

StateTracker::StateTracker(const WatchOptions& options, Clock::TimePoint start)
    : options_(options),
      start_(start),
      table_(options.max_tracked_sockets),
      unseen_(options.states) {}

void StateTracker::Observe(const Sighting& sighting, Clock::TimePoint now) {
  TrackedSocket* socket = table_.Find(sighting.cookie);
  if (socket == nullptr && sighting.cookie != 0) socket = table_.Insert(sighting.cookie);
  if (socket == nullptr) return ObserveUntracked({sighting.group, sighting.state}, 1);
  const bool is_seen_again = socket->seen == 1;
  socket->seen = 1;
  const bool is_known = socket->State() == sighting.state;
  socket->state = static_cast<std::uint32_t>(Index(sighting.state)) & 0xf;
  socket->group = static_cast<std::uint32_t>(sighting.group) & 0xffffff;
  if (sighting.direction_is_known) socket->direction_is_known = 1;
  if (!is_known) {
    socket->fresh = 1;
    socket->since = TickOf(now);
  }
  if (sighting.least_age_ms != 0) {
    const auto since = TickOf(now - std::chrono::milliseconds(sighting.least_age_ms));
    if (static_cast<std::int32_t>(since) < static_cast<std::int32_t>(socket->since)) {
      socket->since = since;
    }
  }
  if (!is_seen_again) AddPortAndOwner(sighting, *socket, now);
}

void StateTracker::AddPortAndOwner(const Sighting& sighting, const TrackedSocket& socket,
                                   Clock::TimePoint now) {
  OwnerWatchFigures& figures = by_owner_[{sighting.owner, sighting.state}];
  figures.oldest_since = std::min(figures.oldest_since, Since(socket));
  if (!IsStuck(socket, now)) return;
  ++figures.stuck;
  ++stuck_by_port_[{GroupOf(sighting.group).direction, sighting.service_port, sighting.state}];
}

std::optional<Direction> StateTracker::KnownDirection(std::uint64_t cookie) {
  const TrackedSocket* socket = table_.Find(cookie);
  if (socket == nullptr || socket->direction_is_known == 0) return std::nullopt;
  return GroupOf(socket->Group()).direction;
}

std::optional<Clock::TimePoint> StateTracker::KnownSince(std::uint64_t cookie, SocketState state) {
  const TrackedSocket* socket = table_.Find(cookie);
  if (socket == nullptr || socket->State() != state) return std::nullopt;
  return Since(*socket);
}

WatchPass StateTracker::Summarize(Clock::TimePoint now) {
  WatchPass pass;
  pass.at = now;
  pass.stuck_by_port = std::move(stuck_by_port_);
  pass.by_owner = std::move(by_owner_);
  for (const auto& [key, sockets] : untracked_) {
    pass.figures[key].sockets += sockets;
    pass.untracked += sockets;
  }
  // Many sockets of one group come one after the other, and a map moves no entry.
  std::optional<WatchKey> key;
  WatchFigures* figures = nullptr;
  table_.ForEach([&](TrackedSocket& socket) {
    if (socket.seen == 0) return;
    const WatchKey its{socket.Group(), socket.State()};
    if (key != its) {
      key = its;
      figures = &pass.figures[its];
    }
    AddFigures(its, socket, now, *figures);
  });
  return pass;
}

void StateTracker::Commit() noexcept {
  table_.EraseIf(
      [](const TrackedSocket& socket) { return socket.seen == 0 && socket.missed == 1; });
  table_.ForEach([](TrackedSocket& socket) {
    socket.missed = socket.seen == 0 ? 1 : 0;
    socket.seen = 0;
    socket.fresh = 0;
  });
  unseen_ = {};
  untracked_before_ = std::exchange(untracked_, {});
  stuck_by_port_.clear();
  by_owner_.clear();
  table_.Shrink();
}

void StateTracker::AddFigures(const WatchKey& key, const TrackedSocket& socket,
                              Clock::TimePoint now, WatchFigures& figures) const {
  const Clock::TimePoint since = Since(socket);
  ++figures.sockets;
  if (IsStuck(socket, now)) ++figures.stuck;
  const bool entered =
      socket.fresh == 1 && !unseen_.Contains(key.state) && !untracked_before_.contains(key);
  if (entered) ++figures.entered;
  if (!figures.oldest_since || since < *figures.oldest_since) figures.oldest_since = since;
}

void StateTracker::Forget() noexcept {
  table_.EraseIf([](const TrackedSocket&) { return true; });
  unseen_ = options_.states;
  untracked_before_.clear();
}

void StateTracker::Configure(const WatchOptions& options) noexcept {
  table_.SetLimit(options.max_tracked_sockets);
  table_.EraseIf(
      [&](const TrackedSocket& socket) { return !options.states.Contains(socket.State()); });
  for (const SocketState state : kAllStates) {
    if (options.states.Contains(state) && !options_.states.Contains(state)) unseen_.Add(state);
  }
  options_ = options;
}

/// A socket that came to its state in this pass is forgotten: the next pass finds it anew.
void StateTracker::Abandon() {
  table_.EraseIf([](const TrackedSocket& socket) { return socket.fresh == 1; });
  table_.ForEach([](TrackedSocket& socket) { socket.seen = 0; });
  untracked_.clear();
  stuck_by_port_.clear();
  by_owner_.clear();
}

}  // namespace sockdiag
