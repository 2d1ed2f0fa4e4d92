#include "aggregate/state_watch.h"

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
  // For good: a pass that nobody has and that is still under way.
  pass.watch_ = nullptr;
  const std::scoped_lock lock(mutex_, before.mutex_);
  tracker_.TakeOver(before.tracker_, translation);
  peaks_.TakeOver(before.peaks_, translation);
  entered_ = Translated(before.entered_, translation);
  latest_ = before.latest_;
  if (latest_) latest_->figures = Translated(latest_->figures, translation);
}

StateWatch::Pass::~Pass() {
  if (watch_ == nullptr) return;
  watch_->tracker_.Abandon();
  watch_->PublishFailure();
}

void StateWatch::Pass::Commit() && {
  StateWatch* watch = std::exchange(watch_, nullptr);
  watch->Publish(watch->tracker_.Commit(watch->clock_.Now()));
}

void StateWatch::Publish(WatchPass pass) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, figures] : pass.figures) {
    if (figures.entered != 0) entered_[key] += figures.entered;
  }
  peaks_.Add(pass);
  latest_ = std::move(pass);
  under_way_ = false;
  ended_.notify_all();
}

void StateWatch::PublishFailure() noexcept {
  const std::lock_guard lock(mutex_);
  under_way_ = false;
  ended_.notify_all();
}

WatchReport StateWatch::Report() {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  if (latest_ && now - latest_->at > kStaleAfter) latest_.reset();
  return {latest_, std::exchange(entered_, {}), peaks_.Slots(now)};
}

}  // namespace sockdiag
