#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace sockdiag::service_manager {

/// What systemd is told, and what it gives, when it started this process; without it these do
/// nothing. See sd_notify(3), sd_watchdog_enabled(3) and sd_listen_fds(3).

void NotifyReady();
void NotifyReloading();
void NotifyStopping();
void FeedWatchdog();

/// How long the watchdog waits for a sign of life before it ends the process; nothing when it does
/// not wait for any.
[[nodiscard]] std::optional<std::chrono::microseconds> WatchdogTimeout();

/// The sockets that a socket unit passed; none without one.
[[nodiscard]] Result<std::vector<UniqueFd>> TakeSockets();

}  // namespace sockdiag::service_manager
