#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace sockdiag::bench {

inline constexpr const char* kTcpMemPath = "/proc/sys/net/ipv4/tcp_mem";

/// A sysctl of the whole kernel and the least that its numbers must be.
struct LimitNeed {
  std::string path;
  std::vector<std::uint64_t> at_least;
};

/// Raises sysctls, where they are too low, for as long as this process or a child of it lives. A
/// child process does it and puts back what was there, so however this process ends, SIGKILL
/// included, nothing stays. A limit that cannot be raised is a warning on standard error.
class RaisedLimits {
 public:
  /// `first_network`: a descriptor of the kernel's first network namespace, where limits of the
  /// whole kernel are seen; -1 when that of this process or of an ancestor is to be looked for.
  RaisedLimits(const std::vector<LimitNeed>& needs, int first_network);
  /// Waits until all is put back.
  ~RaisedLimits();
  RaisedLimits(const RaisedLimits&) = delete;
  RaisedLimits& operator=(const RaisedLimits&) = delete;

 private:
  UniqueFd life_;
  pid_t keeper_ = -1;
};

}  // namespace sockdiag::bench
