#include "namespaces/supervisor.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "base/guard.h"
#include "namespaces/confinement.h"
#include "namespaces/messages.h"
#include "namespaces/packet.h"
#include "namespaces/pidfd.h"
#include "namespaces/server.h"
#include "namespaces/wait.h"

namespace sockdiag {
namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long a supervisor may take to end when it is told to, before it is killed.
constexpr milliseconds kPatience{2000};

/// Of a worker that was not started.
constexpr int kNoStatus = -1;

int WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return kNoStatus;
  }
  return status;
}

/// A worker that runs.
struct Worker {
  pid_t pid;
  UniqueFd pidfd;
};

/// Starts workers, one after another, until the daemon goes.
class Supervisor {
 public:
  Supervisor(UniqueFd control, const SupervisorOptions& options)
      : control_(std::move(control)), options_(options) {}

  void Run() {
    milliseconds pause = options_.first_pause;
    while (true) {
      const SteadyClock::time_point start = SteadyClock::now();
      const std::optional<int> status = RunWorker();
      if (!status) return;
      if (SteadyClock::now() - start >= options_.longest_pause) pause = options_.first_pause;
      Tell({WorkerNews::Kind::kEnded, *status, 0}, {});
      if (!Rest(pause)) return;
      pause = std::min(2 * pause, options_.longest_pause);
    }
  }

 private:
  /// From its start to its end, whose status it gives; nothing when the daemon has gone.
  std::optional<int> RunWorker() {
    auto pair = MakePacketPair();
    if (!pair) return kNoStatus;
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return kNoStatus;
    if (child == 0) BeWorker(std::move(pair->there), parent);
    const Worker worker{child, OpenPidfd(child)};
    const bool is_told = worker.pidfd.IsValid() && Tell({WorkerNews::Kind::kStarted, 0, child},
                                                        {pair->here.Get(), worker.pidfd.Get()});
    pair->here.Reset();
    pair->there.Reset();
    if (!is_told) kill(child, SIGKILL);
    const bool is_daemon_there = !is_told || WaitForEnd(worker);
    if (!is_daemon_there) kill(child, SIGKILL);
    const int status = WaitFor(child);
    return is_daemon_there ? std::optional(status) : std::nullopt;
  }

  /// The forked process.
  [[noreturn]] void BeWorker(UniqueFd socket, pid_t parent) const {
    int status = EXIT_FAILURE;
    const Result<void> ran = Guard([&]() -> Result<void> {
      const Result<UniqueFd> confined = Confine(std::move(socket), kWorkerName, parent);
      if (!confined) return tl::unexpected(confined.error());
      status = options_.worker(confined->Get());
      return {};
    });
    _exit(ran ? status : EXIT_FAILURE);
  }

  /// False when the daemon went before the worker.
  [[nodiscard]] bool WaitForEnd(const Worker& worker) const {
    std::array<pollfd, 2> files{{{control_.Get(), POLLIN, 0}, {worker.pidfd.Get(), POLLIN, 0}}};
    while (poll(files.data(), files.size(), -1) <= 0) {
    }
    return files[0].revents == 0;
  }

  /// False when the daemon went meanwhile. It never says anything, so whatever is seen is its end.
  [[nodiscard]] bool Rest(milliseconds pause) const {
    return !WaitUntilReadable(control_.Get(), SteadyClock::now() + pause);
  }

  /// Whether it was sent. A daemon that does not listen for long is not waited for.
  bool Tell(const WorkerNews& news, std::initializer_list<int> fds) const {
    return SendPacket(control_.Get(), Encode(news), fds, Waiting::kNonblock).has_value();
  }

  const UniqueFd control_;
  const SupervisorOptions options_;
};

/// The forked process.
[[noreturn]] void BeSupervisor(UniqueFd control, pid_t parent, const SupervisorOptions& options) {
  const Result<void> ran = Guard([&]() -> Result<void> {
    Result<UniqueFd> confined = Confine(std::move(control), kSupervisorName, parent);
    if (!confined) return tl::unexpected(confined.error());
    Supervisor(*std::move(confined), options).Run();
    return {};
  });
  _exit(ran ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace

int RunNamespaceWorker(int socket) {
  Result<NamespaceVisitor> visitor = NamespaceVisitor::FromHere();
  if (!visitor) return EXIT_FAILURE;
  return NamespaceServer(*std::move(visitor)).Serve(socket) ? EXIT_SUCCESS : EXIT_FAILURE;
}

HelperProcess::HelperProcess(HelperProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::move(other.pidfd_)),
      control_(std::move(other.control_)) {}

void HelperProcess::End() {
  if (pid_ < 0) return;
  control_.Reset();
  if (!WaitUntilReadable(pidfd_.Get(), SteadyClock::now() + kPatience)) KillByPidfd(pidfd_);
  WaitFor(std::exchange(pid_, -1));
  pidfd_.Reset();
}

Result<HelperProcess> StartNamespaceHelper(const SupervisorOptions& options) {
  const Result<void> permitted = CheckCapabilitiesForNamespaces();
  if (!permitted) return tl::unexpected(permitted.error());
  auto pair = MakePacketPair();
  if (!pair) return FailErrno("cannot make a socket pair", pair.error());
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return FailErrno("cannot fork", errno);
  if (child == 0) BeSupervisor(std::move(pair->there), parent, options);
  UniqueFd pidfd = OpenPidfd(child);
  if (pidfd.IsValid()) return HelperProcess(child, std::move(pidfd), std::move(pair->here));
  const int error_number = errno;
  kill(child, SIGKILL);
  WaitFor(child);
  return FailErrno("cannot open a pidfd", error_number);
}

}  // namespace sockdiag
