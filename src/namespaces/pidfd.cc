#include "namespaces/pidfd.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

namespace sockdiag {

UniqueFd OpenPidfd(pid_t child) {
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
}

void KillByPidfd(const UniqueFd& pidfd) {
  if (pidfd.IsValid()) syscall(SYS_pidfd_send_signal, pidfd.Get(), SIGKILL, nullptr, 0);
}

std::optional<std::chrono::nanoseconds> CpuTimeOf(pid_t pid, const UniqueFd& pidfd) {
  clockid_t clock{};
  timespec time{};
  if (!pidfd.IsValid() || clock_getcpuclockid(pid, &clock) != 0) return std::nullopt;
  if (clock_gettime(clock, &time) != 0) return std::nullopt;
  // While it has not ended, no other process can have had its pid.
  pollfd file{pidfd.Get(), POLLIN, 0};
  if (poll(&file, 1, 0) != 0) return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace sockdiag
