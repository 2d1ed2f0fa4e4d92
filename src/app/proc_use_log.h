#pragma once

#include <array>
#include <mutex>
#include <string>

#include "base/log.h"
#include "model/protocol.h"

namespace sockdiag {

/// Tells once, for each protocol, that its sockets come from /proc since sock_diag is missing or
/// denied, and which figures are lost by it; and once that they are had from sock_diag again. Any
/// thread may use it.
class ProcUseLog {
 public:
  /// The log must outlive this.
  explicit ProcUseLog(const Log& log) : log_(log) {}

  /// At each dump: why it had to be /proc, or an empty text.
  void Note(Protocol protocol, const std::string& error);

 private:
  const Log& log_;
  std::mutex mutex_;
  std::array<bool, kProtocols.size()> is_used_{};
};

}  // namespace sockdiag
