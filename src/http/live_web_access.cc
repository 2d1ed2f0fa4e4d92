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
  Result<WebAccess> access = self->Read();
  if (!access) return tl::unexpected(access.error());
  self->Replace(std::move(*access));
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

void LiveWebAccess::CheckNow() {
  const std::lock_guard reading(reading_);
  broken_message_.clear();
  Reload(clock_.Now());
}

WebReloadStatus LiveWebAccess::Status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void LiveWebAccess::CheckFiles(Clock::TimePoint now) {
  next_check_ = now + kCheckInterval;
  const bool is_retry = !Status().successful && now >= next_retry_;
  if (is_retry || StampFiles(files_) != stamps_) Reload(now);
}

void LiveWebAccess::Reload(Clock::TimePoint now) {
  Result<WebAccess> access = Read();
  if (access) {
    // Only threads that hold reading_ change current_.
    const Result<void> keeps_tls = CheckKeepsTls(*current_, *access);
    if (!keeps_tls) access = tl::unexpected(keeps_tls.error());
  }
  if (!access) {
    next_retry_ = now + kRetryInterval;
    ReportBroken(access.error().message);
    return;
  }
  Replace(std::move(*access));
  if (log_.info) log_.info("read the web configuration again");
}

/// The files get their stamps before they are read: what is written meanwhile shows as a change the
/// next time. Which files they are may itself change, and is known only after reading.
Result<WebAccess> LiveWebAccess::Read() {
  constexpr int kAttempts = 3;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    stamps_ = StampFiles(files_);
    Result<LoadedSettings> next = load_();
    if (!next) return tl::unexpected(next.error());
    if (next->files == files_) return MakeWebAccess(next->settings);
    files_ = std::move(next->files);
  }
  return Fail("the list of files of the web configuration changes with every look at it");
}

void LiveWebAccess::Replace(WebAccess access) {
  auto next = std::make_shared<const WebAccess>(std::move(access));
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
