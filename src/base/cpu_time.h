#pragma once

#include <chrono>
#include <functional>

namespace sockdiag {

/// CPU time of the calling thread so far; tests put a fake in its place.
using CpuClock = std::function<std::chrono::nanoseconds()>;

/// CLOCK_THREAD_CPUTIME_ID.
[[nodiscard]] std::chrono::nanoseconds ThreadCpuTime();

}  // namespace sockdiag
