#include "app/service_manager.h"

#include <sys/time.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace sockdiag::service_manager {
namespace {

constexpr int kKeepEnvironment = 0;

/// A queue that is full for so long is not being read.
constexpr std::chrono::milliseconds kPatience{100};

/// Of $NOTIFY_SOCKET: a path or, with @ in front, a name in the abstract namespace (unix(7)).
std::optional<NotifyAddress> ParseAddress(std::string_view text) {
  NotifyAddress address;
  if (text.size() >= sizeof(address.name.sun_path)) return std::nullopt;
  if (!text.starts_with('/') && !text.starts_with('@')) return std::nullopt;
  address.name.sun_family = AF_UNIX;
  std::copy(text.begin(), text.end(), address.name.sun_path);
  if (text.front() == '@') address.name.sun_path[0] = '\0';
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size());
  return address;
}

/// An empty name is none, as for sd_notify(3).
std::string Target() {
  const char* target = std::getenv("NOTIFY_SOCKET");
  return target == nullptr ? "" : target;
}

/// 0 or an errno.
int SendDatagram(const NotifyAddress& address, std::string_view state) {
  const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.IsValid()) return errno;
  const timeval patience{.tv_sec = 0, .tv_usec = std::chrono::microseconds(kPatience).count()};
  setsockopt(fd.Get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const ssize_t sent = sendto(fd.Get(), state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address.name), address.size);
  return sent < 0 ? errno : 0;
}

}  // namespace

Notifier::Notifier(const Log& log, const Clock& clock)
    : target_(Target()),
      address_(ParseAddress(target_)),
      failures_("notifying systemd", log, clock) {
  if (address_ || target_.empty()) return;
  log.Warn("systemd is not notified: NOTIFY_SOCKET is not a path or an @name", {{"name", target_}});
}

bool Notifier::Send(std::string_view state) noexcept {
  if (!address_) return true;
  const int error = SendDatagram(*address_, state);
  try {
    failures_.Note(error == 0 ? "" : ErrnoMessage(target_, error));
  } catch (const std::bad_alloc&) {
    // It is told the next time.
  }
  return error == 0;
}

void Notifier::SendReady() noexcept {
  if (!is_stopping_) is_ready_owed_ = !Send("READY=1\nSTATUS=Serving");
}

void Notifier::NotifyReady() noexcept {
  const std::lock_guard lock(mutex_);
  SendReady();
}

void Notifier::Retry() noexcept {
  const std::lock_guard lock(mutex_);
  if (is_ready_owed_) SendReady();
}

void Notifier::NotifyReloading() noexcept {
  const std::lock_guard lock(mutex_);
  if (is_stopping_) return;
  // READY=1 now would tell systemd that the reload is done.
  is_ready_owed_ = false;
  constexpr std::string_view kPrefix = "RELOADING=1\nMONOTONIC_USEC=";
  std::array<char, kPrefix.size() + 20> state{};
  char* const digits = std::copy(kPrefix.begin(), kPrefix.end(), state.begin());
  // CLOCK_MONOTONIC, as steady_clock is on Linux.
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  const char* const end = std::to_chars(digits, state.data() + state.size(), now.count()).ptr;
  Send({state.data(), static_cast<std::size_t>(end - state.data())});
}

void Notifier::NotifyStopping() noexcept {
  const std::lock_guard lock(mutex_);
  is_stopping_ = true;
  is_ready_owed_ = false;
  Send("STOPPING=1\nSTATUS=Stopping");
}

void Notifier::FeedWatchdog() noexcept {
  const std::lock_guard lock(mutex_);
  Send("WATCHDOG=1");
}

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
