#include "sockets/watch/state_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sockets/watch/counted.h"

namespace sockdiag {

StateWatch::StateWatch(const Clock& clock)
    : clock_(clock), tracker_(options_, clock.Now()), peaks_(options_.peak_window) {}

void StateWatch::Configure(const WatchOptions& options, std::uint64_t generation) noexcept {
  const std::lock_guard lock(mutex_);
  options_ = options;
  generation_ = generation;
  ++epoch_;
  tracker_.Configure(options);
  peaks_.SetWindow(options.peak_window);
}

StateSet StateWatch::states() const {
  const std::lock_guard lock(mutex_);
  return options_.states;
}

std::size_t StateWatch::tracked() const {
  const std::lock_guard lock(mutex_);
  return tracker_.size();
}

StateWatch::Pass::Pass(StateWatch& watch, std::uint64_t generation)
    : watch_(watch), generation_(generation) {
  const std::lock_guard lock(watch.mutex_);
  states_ = watch.options_.states;
  limit_ = watch.options_.max_tracked_sockets;
  followed_ = watch.tracker_.size();
  epoch_ = watch.epoch_;
}

/// What the peer sent last brought a socket to these states, or came later; it counts as an
/// acknowledgement, too. Our own side ends a connection whenever it likes, so in the other states
/// the last one says nothing. The kernel counts in steps of 10 ms at most, and by as much it may
/// say too much.
std::uint32_t StateWatch::Pass::LeastAgeMs(const SocketRecord& record) {
  constexpr StateSet kBroughtByPeer{SocketState::kFinWait2, SocketState::kCloseWait,
                                    SocketState::kClosing};
  constexpr std::uint32_t kStepMs = 10;
  if (record.last_ack_ms < kStepMs || !kBroughtByPeer.Contains(record.state)) return 0;
  return record.last_ack_ms - kStepMs;
}

/// As many as may be followed are kept, and beyond that those that are followed already, wherever
/// they come in the dump.
void StateWatch::Pass::Add(const Sighting& sighting) {
  const bool is_kept =
      size_ < limit_ || (size_ < limit_ + followed_ && watch_.Follows(sighting.cookie));
  if (!is_kept) {
    ++untracked_[{sighting.group, sighting.state}];
    return;
  }
  if (size_ / kPageSightings == pages_.size()) pages_.emplace_back().reserve(kPageSightings);
  pages_.back().push_back(sighting);
  ++size_;
}

void StateWatch::Pass::Commit(SourceKind source) && { watch_.Take(*this, source); }

void StateWatch::Take(const Pass& pass, SourceKind source) {
  /// So many sightings ahead a place of the table is fetched.
  constexpr std::size_t kAhead = 8;
  const std::lock_guard lock(mutex_);
  if (pass.generation_ != generation_ || pass.epoch_ != epoch_) return;
  const Clock::TimePoint now = clock_.Now();
  if (source != source_) tracker_.Forget();
  source_ = source;
  try {
    for (std::size_t i = 0; i < pass.size_; ++i) {
      if (i + kAhead < pass.size_) tracker_.Prefetch(pass.At(i + kAhead));
      tracker_.Observe(pass.At(i), now);
    }
    for (const auto& [key, sockets] : pass.untracked_) tracker_.ObserveUntracked(key, sockets);
    Publish(tracker_.Summarize(now));
  } catch (...) {
    tracker_.Abandon();
    throw;
  }
  // From here on nothing fails.
  tracker_.Commit();
  ++epoch_;
}

bool StateWatch::Follows(std::uint64_t cookie) {
  const std::lock_guard lock(mutex_);
  return tracker_.Follows(cookie);
}

std::optional<Direction> StateWatch::KnownDirection(std::uint64_t cookie) {
  const std::lock_guard lock(mutex_);
  return tracker_.KnownDirection(cookie);
}

std::optional<Clock::Duration> StateWatch::Age(std::uint64_t cookie, SocketState state) {
  const std::lock_guard lock(mutex_);
  const std::optional<Clock::TimePoint> since = tracker_.KnownSince(cookie, state);
  if (!since) return std::nullopt;
  return clock_.Now() - *since;
}

std::optional<Clock::Duration> StateWatch::Pass::LeastAge(const SocketRecord& record) {
  if (!states_.Contains(record.state)) return std::nullopt;
  const std::optional<Clock::Duration> seen = watch_.Age(record.cookie, record.state);
  const std::uint32_t heard_ms = LeastAgeMs(record);
  if (heard_ms == 0) return seen;
  return std::max(seen, std::optional<Clock::Duration>(std::chrono::milliseconds(heard_ms)));
}

void StateWatch::Publish(WatchPass pass) {
  auto latest = std::make_shared<const WatchPass>(std::move(pass));
  EnteredSockets entered = entered_;
  for (const auto& [key, figures] : latest->figures) {
    if (figures.entered != 0) entered[key] += figures.entered;
  }
  peaks_.Add(*latest);
  entered_ = std::move(entered);
  latest_ = std::move(latest);
}

WatchReport StateWatch::Report() {
  const std::lock_guard lock(mutex_);
  return {latest_, entered_, peaks_.Slots(clock_.Now())};
}

void StateWatch::MarkCounted(const WatchReport& report) noexcept {
  const std::lock_guard lock(mutex_);
  TakeCounted(report.entered, entered_);
}

}  // namespace sockdiag
