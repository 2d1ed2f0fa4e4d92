#pragma once

#include <sys/types.h>

#include <chrono>
#include <utility>

#include "base/error.h"
#include "base/unique_fd.h"

namespace sockdiag {

/// Names of the two processes, as `ps -o comm` shows them.
inline constexpr const char* kSupervisorName = "sockdiag_keeper";
inline constexpr const char* kWorkerName = "sockdiag_netns";

/// What a worker is: answers requests on a socket until the daemon ends, and gives the status of
/// its exit.
using WorkerBody = int (*)(int socket);

/// The real one: a NamespaceServer.
[[nodiscard]] int RunNamespaceWorker(int socket);

struct SupervisorOptions {
  /// Before a worker that has ended is replaced; each time twice as long, and from the start again
  /// after a worker that lived as long as the longest one.
  std::chrono::milliseconds first_pause{1000};
  std::chrono::milliseconds longest_pause{60000};
  /// Tests have other ones.
  WorkerBody worker = RunNamespaceWorker;
};

/// The daemon's hold on the helper: a supervisor, its child, which always has one worker of its
/// own. Both end with it, and when the daemon ends in any way.
class HelperProcess {
 public:
  HelperProcess(pid_t pid, UniqueFd pidfd, UniqueFd control)
      : pid_(pid), pidfd_(std::move(pidfd)), control_(std::move(control)) {}
  HelperProcess(HelperProcess&& other) noexcept;
  HelperProcess& operator=(HelperProcess&&) = delete;
  ~HelperProcess() { End(); }

  /// Waits until both have ended.
  void End();

  /// The supervisor's.
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// On which WorkerNews come (messages.h); -1 when it has ended.
  [[nodiscard]] int control() const { return control_.Get(); }

 private:
  pid_t pid_;
  UniqueFd pidfd_;
  UniqueFd control_;
};

/// Forks the supervisor. For the only thread there is, which must live as long as the process;
/// before capabilities are given up, and before there is much memory, which both processes would
/// keep. Fails when one of the capabilities is not permitted, saying what is needed
/// (kDirectivesForNamespaces), and then nothing was started.
[[nodiscard]] Result<HelperProcess> StartNamespaceHelper(const SupervisorOptions& options = {});

}  // namespace sockdiag
