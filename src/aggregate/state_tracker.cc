#include "aggregate/state_tracker.h"

#include <utility>

namespace sockdiag {

StateTracker::StateTracker(const WatchOptions& options, Clock::TimePoint start)
    : options_(options), start_(start), table_(options.max_tracked_sockets) {}

void StateTracker::Observe(const SocketRecord& record, const Classification& classification) {
  if (!options_.states.Contains(record.state)) return;
  TrackedSocket* socket = table_.Find(record.cookie);
  if (socket == nullptr && record.cookie != 0) socket = table_.Insert(record.cookie);
  if (socket == nullptr) {
    ++untracked_[{classification.service, classification.direction, record.state}];
    return;
  }
  socket->seen = 1;
  if (socket->State() == record.state) return;
  socket->state = static_cast<std::uint32_t>(Index(record.state)) & 0xf;
  socket->service = static_cast<std::uint32_t>(classification.service) & 0xffffff;
  socket->outbound = classification.direction == Direction::kOutbound ? 1 : 0;
  socket->fresh = 1;
}

WatchPass StateTracker::Commit(Clock::TimePoint now) {
  table_.EraseIf(
      [](const TrackedSocket& socket) { return socket.seen == 0 && socket.missed == 1; });
  WatchPass pass;
  pass.at = now;
  for (const auto& [key, sockets] : untracked_) {
    pass.figures[key].sockets += sockets;
    pass.untracked += sockets;
  }
  // Rounded up, so that an age is never more than it is.
  const auto since = static_cast<std::uint32_t>(std::chrono::ceil<Tick>(now - start_).count());
  table_.ForEach([&](TrackedSocket& socket) {
    if (socket.fresh == 1) socket.since = since;
    if (socket.seen == 1) AddFigures(socket, pass);
    socket.missed = socket.seen == 0 ? 1 : 0;
    socket.seen = 0;
    socket.fresh = 0;
  });
  first_pass_ = false;
  untracked_before_ = std::exchange(untracked_, {});
  table_.Shrink();
  return pass;
}

void StateTracker::AddFigures(const TrackedSocket& socket, WatchPass& pass) const {
  const WatchKey key{socket.Service(), socket.GetDirection(), socket.State()};
  WatchFigures& figures = pass.figures[key];
  const Clock::TimePoint since = Since(socket);
  ++figures.sockets;
  if (pass.at - since > options_.stuck_after[Index(socket.State())]) ++figures.stuck;
  const bool entered = socket.fresh == 1 && !first_pass_ && !untracked_before_.contains(key);
  if (entered) ++figures.entered;
  if (!figures.oldest_since || since < *figures.oldest_since) figures.oldest_since = since;
}

/// A socket that came to its state in this pass is forgotten: the next pass finds it anew.
void StateTracker::Abandon() {
  table_.EraseIf([](const TrackedSocket& socket) { return socket.fresh == 1; });
  table_.ForEach([](TrackedSocket& socket) { socket.seen = 0; });
  untracked_.clear();
}

}  // namespace sockdiag
