#pragma once

#include <chrono>
#include <csignal>
#include <optional>

namespace sockdiag {

/// The signals that end or steer the daemon: SIGTERM, SIGINT and SIGHUP. They are blocked from its
/// making on, in this thread and all that it starts, and SIGPIPE is ignored.
class SignalQueue {
 public:
  SignalQueue();

  /// The next signal; nothing when none comes within `timeout`. Without one it waits for ever.
  [[nodiscard]] std::optional<int> Wait(std::optional<std::chrono::milliseconds> timeout) const;

 private:
  sigset_t signals_;
};

}  // namespace sockdiag
