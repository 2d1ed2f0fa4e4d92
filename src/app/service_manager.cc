#include "app/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace sockdiag::service_manager {
namespace {

constexpr int kKeepEnvironment = 0;

void Notify(const std::string& state) { sd_notify(kKeepEnvironment, state.c_str()); }

}  // namespace

void NotifyReady() { Notify("READY=1\nSTATUS=Serving"); }

void NotifyReloading() {
  // CLOCK_MONOTONIC, as steady_clock is on Linux.
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  Notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void NotifyStopping() { Notify("STOPPING=1\nSTATUS=Stopping"); }

void FeedWatchdog() { Notify("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> WatchdogTimeout() {
  std::uint64_t timeout = 0;
  if (sd_watchdog_enabled(kKeepEnvironment, &timeout) <= 0) return std::nullopt;
  constexpr std::uint64_t kMost = std::chrono::microseconds(std::chrono::hours(24)).count();
  return std::chrono::microseconds(std::min(timeout, kMost));
}

Result<std::vector<UniqueFd>> TakeSockets() {
  constexpr int kClearEnvironment = 1;
  const int count = sd_listen_fds(kClearEnvironment);
  if (count < 0) return FailErrno("cannot take the sockets that systemd passed", -count);
  std::vector<UniqueFd> sockets;
  sockets.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) sockets.emplace_back(SD_LISTEN_FDS_START + i);
  return sockets;
}

}  // namespace sockdiag::service_manager
