#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace sockdiag::testing {

/// Stands in for systemd: a socket that $NOTIFY_SOCKET names as long as this lives.
class NotifySocket {
 public:
  NotifySocket();
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket();

  /// The first line of each message since the last call.
  [[nodiscard]] std::vector<std::string> Heard();
  /// From now on nobody is there.
  void Close() { fd_ = UniqueFd(); }

 private:
  UniqueFd fd_;
};

}  // namespace sockdiag::testing
