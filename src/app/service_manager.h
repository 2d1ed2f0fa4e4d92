#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "base/failure_log.h"
#include "base/unique_fd.h"

namespace sockdiag::service_manager {

/// What systemd is told, and what it gives, when it started this process; without it these do
/// nothing. See sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3).

/// Where $NOTIFY_SOCKET says that systemd listens.
struct NotifyAddress {
  sockaddr_un name{};
  socklen_t size = 0;
};

/// Tells it, but never waits for long: sd_notify() of libsystemd waits for as long as nobody reads.
/// Sending needs no memory from the heap. Any thread may use it.
class Notifier {
 public:
  /// Both must outlive this.
  Notifier(const Log& log, const Clock& clock);

  /// When it is not heard, Retry() says it again.
  void NotifyReady() noexcept;
  /// NotifyReady() is to follow, and nothing is owed until then.
  void NotifyReloading() noexcept;
  /// From now on the others say nothing, but for the watchdog's.
  void NotifyStopping() noexcept;
  void FeedWatchdog() noexcept;

  [[nodiscard]] bool HasToRetry() const noexcept { return is_ready_owed_; }
  void Retry() noexcept;

 private:
  // All with the mutex held.
  void SendReady() noexcept;
  /// False when it was not heard.
  bool Send(std::string_view state) noexcept;

  const std::string target_;
  /// Nothing when there is nobody to tell.
  const std::optional<NotifyAddress> address_;
  std::atomic<bool> is_ready_owed_ = false;
  /// Held while something is sent, so that what is said last is what holds.
  std::mutex mutex_;
  bool is_stopping_ = false;
  FailureLog failures_;
};

/// How long the watchdog waits for a sign of life before it ends the process; nothing when it does
/// not wait for any.
[[nodiscard]] std::optional<std::chrono::microseconds> WatchdogTimeout();

/// The sockets that a socket unit passed; none without one.
[[nodiscard]] Result<std::vector<UniqueFd>> TakeSockets();

}  // namespace sockdiag::service_manager
