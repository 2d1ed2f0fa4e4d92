#include "http/live_web_access.h"

#include <utility>

namespace sockdiag::http {
namespace {

/// Whether a server is encrypted is decided when it starts.
Result<void> CheckKeepsTls(const WebAccess& before, const WebAccess& after) {
  if ((before.tls == nullptr) == (after.tls == nullptr)) return {};
  return Fail(before.tls == nullptr ? "tls_server_config: turning TLS on needs a restart"
                                    : "tls_server_config: turning TLS off needs a restart");
}

}  // namespace

Result<std::unique_ptr<LiveWebAccess>> LiveWebAccess::Start(Loader load, WebAccessLog log,
                                                            const Clock& clock) {
  std::unique_ptr<LiveWebAccess> self(new LiveWebAccess(std::move(load), std::move(log), clock));
  Result<State> state = self->Read();
  if (!state) return tl::unexpected(state.error());
  self->Replace(std::move(*state));
  self->next_check_ = clock.Now() + kCheckInterval;
  return self;
}

std::shared_ptr<const WebAccess> LiveWebAccess::Current() {
  const Clock::TimePoint now = clock_.Now();
  if (now >= next_check_.load()) {
    const std::unique_lock reading(reading_, std::try_to_lock);
    if (reading.owns_lock() && now >= next_check_.load()) CheckFiles(now);
  }
  const std::lock_guard lock(mutex_);
  return current_;
}

std::optional<Response> LiveWebAccess::Check(const Request& request) {
  static_cast<void>(Current());
  return check_.Check(request);
}

Result<void> LiveWebAccess::CheckNow() {
  const std::lock_guard reading(reading_);
  broken_message_.clear();
  return Reload(clock_.Now());
}

WebReloadStatus LiveWebAccess::Status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void LiveWebAccess::CheckFiles(Clock::TimePoint now) {
  next_check_ = now + kCheckInterval;
  const bool is_retry = !Status().successful && now >= next_retry_;
  if (is_retry || StampFiles(files_) != stamps_) static_cast<void>(Reload(now));
}

Result<void> LiveWebAccess::Reload(Clock::TimePoint now) {
  Result<State> state = Read();
  if (state) {
    // Only threads that hold reading_ change current_.
    const Result<void> keeps_tls = CheckKeepsTls(*current_, state->access);
    if (!keeps_tls) state = tl::unexpected(keeps_tls.error());
  }
  if (!state) {
    next_retry_ = now + kRetryInterval;
    ReportBroken(state.error().message);
    return tl::unexpected(state.error());
  }
  Replace(std::move(*state));
  if (log_.info) log_.info("read the web configuration again");
  return {};
}

/// The files get their stamps before they are read: what is written meanwhile shows as a change the
/// next time. Which files they are may itself change, and is known only after reading.
Result<LiveWebAccess::State> LiveWebAccess::Read() {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    stamps_ = StampFiles(files_);
    Result<LoadedWebSettings> next = load_();
    if (!next) return tl::unexpected(next.error());
    if (next->files == files_) {
      return MakeWebAccess(next->settings).map([&](WebAccess access) {
        return State{std::move(next->settings), std::move(access)};
      });
    }
    files_ = std::move(next->files);
  }
  return Fail("the list of files of the web configuration changes with every look at it");
}

void LiveWebAccess::Replace(State state) {
  auto next = std::make_shared<const WebAccess>(std::move(state.access));
  check_.SetSettings(state.settings);
  broken_message_.clear();
  const std::lock_guard lock(mutex_);
  // The old state ends after the lock: it may be the last owner of what it holds.
  current_.swap(next);
  status_ = {.successful = true, .last_success = std::chrono::system_clock::now()};
}

void LiveWebAccess::ReportBroken(const std::string& message) {
  {
    const std::lock_guard lock(mutex_);
    status_.successful = false;
  }
  if (std::exchange(broken_message_, message) == message) return;
  if (log_.warn) log_.warn("kept the last web configuration: " + message);
}

}  // namespace sockdiag::http
