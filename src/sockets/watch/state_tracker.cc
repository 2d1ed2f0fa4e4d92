#include "sockets/watch/state_tracker.h"

#include <utility>

namespace sockdiag {

WatchFigures& WatchFigures::operator+=(const WatchFigures& other) {
  sockets += other.sockets;
  stuck += other.stuck;
  entered += other.entered;
  if (other.oldest_since && (!oldest_since || *other.oldest_since < *oldest_since)) {
    oldest_since = other.oldest_since;
  }
  return *this;
}

StateTracker::StateTracker(const WatchOptions& options, Clock::TimePoint start)
    : options_(options),
      start_(start),
      table_(options.max_tracked_sockets),
      unseen_(options.states) {}

void StateTracker::Observe(const SocketRecord& record, const Classification& classification) {
  if (!options_.states.Contains(record.state)) return;
  TrackedSocket* socket = table_.Find(record.cookie);
  if (socket == nullptr && record.cookie != 0) socket = table_.Insert(record.cookie);
  if (socket == nullptr) {
    ++untracked_[{classification.service, classification.direction, record.state}];
    return;
  }
  socket->seen = 1;
  const bool is_known = socket->State() == record.state;
  if (is_known && !reclassifies_) return;
  socket->state = static_cast<std::uint32_t>(Index(record.state)) & 0xf;
  socket->service = static_cast<std::uint32_t>(classification.service) & 0xffffff;
  socket->outbound = classification.direction == Direction::kOutbound ? 1 : 0;
  if (!is_known) socket->fresh = 1;
}

WatchPass StateTracker::Look(Clock::TimePoint now) {
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
  reclassifies_ = false;
  untracked_before_ = std::exchange(untracked_, {});
  table_.Shrink();
}

void StateTracker::AddFigures(const TrackedSocket& socket, WatchPass& pass) const {
  const WatchKey key{socket.Service(), socket.GetDirection(), socket.State()};
  WatchFigures& figures = pass.figures[key];
  const Clock::TimePoint since = Since(socket);
  ++figures.sockets;
  if (pass.at - since > options_.stuck_after[Index(socket.State())]) ++figures.stuck;
  const bool entered =
      socket.fresh == 1 && !unseen_.Contains(key.state) && !untracked_before_.contains(key);
  if (entered) ++figures.entered;
  if (!figures.oldest_since || since < *figures.oldest_since) figures.oldest_since = since;
}

void StateTracker::TakeOver(StateTracker& before, const ServiceTranslation& translation) {
  std::map<WatchKey, std::uint64_t> untracked = Translated(before.untracked_before_, translation);
  // From here on nothing fails.
  start_ = before.start_;
  table_ = std::exchange(before.table_, CookieTable(0));
  table_.SetLimit(options_.max_tracked_sockets);
  table_.EraseIf(
      [this](const TrackedSocket& socket) { return !options_.states.Contains(socket.State()); });
  table_.ForEach([&](TrackedSocket& socket) {
    const ServiceId service = translation[Index(socket.Service())];
    socket.service = static_cast<std::uint32_t>(service) & 0xffffff;
  });
  untracked_before_ = std::move(untracked);
  unseen_ = before.unseen_;
  for (const SocketState state : kTcpStates) {
    if (options_.states.Contains(state) && !before.options_.states.Contains(state)) {
      unseen_.Add(state);
    }
  }
  reclassifies_ = true;
}

/// A socket that came to its state in this pass is forgotten: the next pass finds it anew.
void StateTracker::Abandon() {
  table_.EraseIf([](const TrackedSocket& socket) { return socket.fresh == 1; });
  table_.ForEach([](TrackedSocket& socket) { socket.seen = 0; });
  untracked_.clear();
}

}  // namespace sockdiag
