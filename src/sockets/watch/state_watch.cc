#include "sockets/watch/state_watch.h"

#include <algorithm>

namespace sockdiag {

StateWatch::StateWatch(const WatchOptions& options, const Clock& clock)
    : options_(options),
      clock_(clock),
      tracker_(options, clock.Now()),
      peaks_(options.peak_window) {}

std::optional<StateWatch::Pass> StateWatch::TryBegin() {
  const std::lock_guard lock(mutex_);
  if (under_way_) return std::nullopt;
  under_way_ = true;
  return Pass(*this);
}

std::optional<StateWatch::Pass> StateWatch::Begin(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  if (!ended_.wait_for(lock, grace, [this] { return !under_way_; })) return std::nullopt;
  under_way_ = true;
  return Pass(*this);
}

void StateWatch::TakeOver(StateWatch& before, Pass pass, const ServiceTranslation& translation) {
  const std::scoped_lock lock(mutex_, before.mutex_);
  peaks_.TakeOver(before.peaks_, translation);
  entered_ = Translated(before.entered_, translation);
  latest_ = before.latest_;
  if (latest_) latest_->figures = Translated(latest_->figures, translation);
  // The one step that changes the other watch comes last, as it may fail, too.
  tracker_.TakeOver(before.tracker_, translation);
  // For good: a pass that nobody has and that is still under way.
  pass.watch_ = nullptr;
}

StateWatch::Pass::~Pass() {
  if (watch_ == nullptr) return;
  watch_->tracker_.Abandon();
  watch_->End();
}

void StateWatch::Pass::Commit() && {
  watch_->Publish(watch_->tracker_.Look(watch_->clock_.Now()));
  // From here on nothing fails.
  watch_->tracker_.Commit();
  std::exchange(watch_, nullptr)->End();
}

void StateWatch::Publish(WatchPass pass) {
  const std::lock_guard lock(mutex_);
  std::map<WatchKey, std::uint64_t> entered = entered_;
  for (const auto& [key, figures] : pass.figures) {
    if (figures.entered != 0) entered[key] += figures.entered;
  }
  peaks_.Add(pass);
  entered_ = std::move(entered);
  latest_ = std::move(pass);
}

void StateWatch::End() noexcept {
  const std::lock_guard lock(mutex_);
  under_way_ = false;
  ended_.notify_all();
}

WatchReport StateWatch::Report() {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  if (latest_ && now - latest_->at > kStaleAfter) latest_.reset();
  return {latest_, entered_, peaks_.Slots(now)};
}

void StateWatch::Take(const WatchReport& report) noexcept {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, sockets] : report.entered) {
    const auto place = entered_.find(key);
    if (place == entered_.end()) continue;
    place->second -= std::min(sockets, place->second);
    if (place->second == 0) entered_.erase(place);
  }
}

}  // namespace sockdiag
