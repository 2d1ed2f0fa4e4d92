#include "namespaces/confinement.h"

#include <cap-ng.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include "namespaces/helper.h"

namespace sockdiag {
namespace {

struct NamedCapability {
  unsigned int number;
  const char* name;
};
constexpr std::array kNeeded{NamedCapability{CAP_SYS_ADMIN, "CAP_SYS_ADMIN"},
                             NamedCapability{CAP_SYS_PTRACE, "CAP_SYS_PTRACE"}};

Result<void> ReadCapabilities() {
  if (capng_get_caps_process() == 0) return {};
  return Fail("cannot read the capabilities of this process");
}

void ResetSignals() {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE, SIGUSR1, SIGUSR2}) {
    std::signal(signal, SIG_IGN);
  }
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

Result<void> CloseRange(unsigned int first, unsigned int last) {
  if (first > last || syscall(SYS_close_range, first, last, 0) == 0) return {};
  return FailErrno("close_range", errno);
}

/// Leaves open what it gives, and the standard streams.
Result<UniqueFd> CloseOthers(UniqueFd socket) {
  UniqueFd kept(fcntl(socket.Get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (!kept.IsValid()) return FailErrno("F_DUPFD_CLOEXEC", errno);
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (!null.IsValid() || dup2(null.Get(), stream) < 0) return FailErrno("/dev/null", errno);
  }
  const auto number = static_cast<unsigned int>(kept.Get());
  // Both are closed below, where nothing is left to tell of it.
  static_cast<void>(socket.Release());
  const Result<void> closed = CloseRange(STDERR_FILENO + 1, number - 1).and_then([number] {
    return CloseRange(number + 1, ~0U);
  });
  if (!closed) return tl::unexpected(closed.error());
  return kept;
}

/// Whether nothing more than those two is permitted.
bool HasOnlyNeeded() {
  if (!ReadCapabilities()) return false;
  for (unsigned int number = 0; number <= CAP_LAST_CAP; ++number) {
    const bool is_needed = number == CAP_SYS_ADMIN || number == CAP_SYS_PTRACE;
    if ((capng_have_capability(CAPNG_PERMITTED, number) == 1) != is_needed) return false;
    if ((capng_have_capability(CAPNG_EFFECTIVE, number) == 1) != is_needed) return false;
  }
  return true;
}

Result<void> KeepOnlyNeeded() {
  Result<void> read = ReadCapabilities();
  if (!read) return read;
  const bool may_bound = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
  capng_clear(CAPNG_SELECT_ALL);
  for (const NamedCapability& needed : kNeeded) {
    capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED),
                 needed.number);
  }
  const int failure = capng_apply(static_cast<capng_select_t>(
      CAPNG_SELECT_CAPS | CAPNG_SELECT_AMBIENT | (may_bound ? CAPNG_SELECT_BOUNDS : 0)));
  if (failure == 0) return {};
  // A service whose filter of system calls lacks capset(2) may have been started with just these.
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  if (HasOnlyNeeded()) return {};
  return Fail("cannot give up capabilities (capng_apply: " + std::to_string(failure) + ")");
}

Result<void> EndWith(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return FailErrno("PR_SET_PDEATHSIG", errno);
  if (getppid() != parent) return Fail("the parent has ended");
  return {};
}

}  // namespace

Result<void> CheckCapabilitiesForNamespaces() {
  Result<void> read = ReadCapabilities();
  if (!read) return read;
  for (const NamedCapability& needed : kNeeded) {
    if (capng_have_capability(CAPNG_PERMITTED, needed.number) != 1) {
      return Fail(std::string(needed.name) +
                  " is not permitted to this process: " + kDirectivesForNamespaces);
    }
  }
  return {};
}

Result<UniqueFd> Confine(UniqueFd socket, const char* name, pid_t parent) {
  ResetSignals();
  prctl(PR_SET_NAME, name, 0, 0, 0);
  Result<UniqueFd> kept = CloseOthers(std::move(socket));
  if (!kept) return kept;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return FailErrno("PR_SET_NO_NEW_PRIVS", errno);
  const Result<void> confined = KeepOnlyNeeded().and_then([parent] { return EndWith(parent); });
  if (!confined) return tl::unexpected(confined.error());
  return kept;
}

}  // namespace sockdiag
