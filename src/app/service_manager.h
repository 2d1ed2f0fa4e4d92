#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "app/failure_log.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/unique_fd.h"

namespace sockdiag::service_manager {

/// What systemd is told, and what it gives, when it started this process; without it these do
/// nothing. See sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3).

/// Tells it, but never waits for long: sd_notify() of libsystemd waits for as long as nobody reads.
/// Any thread may use it.
class Notifier {
 public:
  /// Both must outlive this.
  Notifier(const Log& log, const Clock& clock) : failures_("notifying systemd", log, clock) {}

  /// When it is not heard, Retry() says it again.
  void NotifyReady();
  void NotifyReloading();
  void NotifyStopping();
  void FeedWatchdog();

  [[nodiscard]] bool HasToRetry() const { return is_ready_owed_; }
  void Retry();

 private:
  /// False when it was not heard.
  bool Send(const std::string& state);

  std::atomic<bool> is_ready_owed_ = false;
  std::mutex mutex_;
  FailureLog failures_;
};

/// How long the watchdog waits for a sign of life before it ends the process; nothing when it does
/// not wait for any.
[[nodiscard]] std::optional<std::chrono::microseconds> WatchdogTimeout();

/// The sockets that a socket unit passed; none without one.
[[nodiscard]] Result<std::vector<UniqueFd>> TakeSockets();

}  // namespace sockdiag::service_manager
