#pragma once

#include <chrono>
#include <string_view>

#include "base/error.h"

namespace sockdiag {

/// A duration as Go's time.ParseDuration reads it: `1s`, `100ms`, `1.5h`, `1m30s`, and `0` without
/// a unit; units h, m, s, ms, us, ns, in any order. Negative ones, and those above 2^63-1 ns (about
/// 292 years), are refused.
[[nodiscard]] Result<std::chrono::nanoseconds> ParseGoDuration(std::string_view text);

}  // namespace sockdiag
