#pragma once

#include <sys/types.h>

#include <cstddef>
#include <functional>
#include <vector>

#include "base/unique_fd.h"

namespace sockdiag::bench {

/// Child processes that make sockets and hold them, so that a million fit under the limit of open
/// files of one process. They die with their parent.
class SocketHolders {
 public:
  SocketHolders();
  /// Ends the children, and with them their sockets.
  ~SocketHolders();
  SocketHolders(const SocketHolders&) = delete;
  SocketHolders& operator=(const SocketHolders&) = delete;

  /// How many sockets one holder can have.
  [[nodiscard]] static std::size_t Capacity();

  /// Calls `make` in a new process, which keeps open what it opened. `make` returns false, after
  /// saying why, when it failed.
  void Add(const std::function<bool()>& make);

  /// Whether all have made what they had to.
  [[nodiscard]] bool WaitUntilReady();

 private:
  [[noreturn]] void MakeAndHold(const std::function<bool()>& make, pid_t parent);

  UniqueFd ready_read_;
  UniqueFd ready_write_;
  std::vector<pid_t> children_;
};

}  // namespace sockdiag::bench
