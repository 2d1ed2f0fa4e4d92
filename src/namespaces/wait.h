#pragma once

#include <chrono>

namespace sockdiag {

/// Whether there is something to be read, or the other side has ended, before the deadline.
[[nodiscard]] bool WaitUntilReadable(int fd, std::chrono::steady_clock::time_point deadline);

}  // namespace sockdiag
