#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace sockdiag::service_manager {
namespace {

constexpr int kKeepEnvironment = 0;

/// A queue that is full for so long is not being read.
constexpr std::chrono::milliseconds kPatience{100};

struct Address {
  sockaddr_un name{};
  socklen_t size = 0;
};

/// Of $NOTIFY_SOCKET: a path or, with @ in front, a name in the abstract namespace (unix(7)).
std::optional<Address> ParseAddress(std::string_view text) {
  Address address;
  if (text.size() >= sizeof(address.name.sun_path)) return std::nullopt;
  if (!text.starts_with('/') && !text.starts_with('@')) return std::nullopt;
  address.name.sun_family = AF_UNIX;
  std::copy(text.begin(), text.end(), address.name.sun_path);
  if (text.front() == '@') address.name.sun_path[0] = '\0';
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size());
  return address;
}

Result<void> SendDatagram(const std::string& target, const std::string& state) {
  const std::optional<Address> address = ParseAddress(target);
  if (!address) return Fail("NOTIFY_SOCKET: \"" + target + "\" is not a path or an @name");
  const UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.IsValid()) return FailErrno(target, errno);
  const timeval patience{.tv_sec = 0, .tv_usec = std::chrono::microseconds(kPatience).count()};
  setsockopt(fd.Get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  const ssize_t sent = sendto(fd.Get(), state.data(), state.size(), MSG_NOSIGNAL,
                              reinterpret_cast<const sockaddr*>(&address->name), address->size);
  if (sent < 0) return FailErrno(target, errno);
  return {};
}

}  // namespace

bool Notifier::Send(const std::string& state) {
  const char* target = std::getenv("NOTIFY_SOCKET");
  if (target == nullptr) return true;
  const Result<void> sent = SendDatagram(target, state);
  const std::lock_guard lock(mutex_);
  failures_.Note(sent ? "" : sent.error().message);
  return sent.has_value();
}

void Notifier::NotifyReady() { is_ready_owed_ = !Send("READY=1\nSTATUS=Serving"); }

void Notifier::Retry() {
  if (is_ready_owed_) NotifyReady();
}

void Notifier::NotifyReloading() {
  // CLOCK_MONOTONIC, as steady_clock is on Linux.
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  Send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()));
}

void Notifier::NotifyStopping() { Send("STOPPING=1\nSTATUS=Stopping"); }

void Notifier::FeedWatchdog() { Send("WATCHDOG=1"); }

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
