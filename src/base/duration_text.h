#pragma once

#include <chrono>
#include <string>

namespace sockdiag {

/// For people: `38 s`, `6 min 47 s`, `2 h 10 min`, `3 d 4 h`; no more than two units.
[[nodiscard]] std::string DurationText(std::chrono::seconds duration);

}  // namespace sockdiag
