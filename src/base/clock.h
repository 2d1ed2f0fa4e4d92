#pragma once

#include <chrono>

namespace sockdiag {

/// Monotonic time as everything here measures it; tests put a fake in its place.
class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  virtual ~Clock() = default;
  /// Never goes back. Any thread may call it.
  [[nodiscard]] virtual TimePoint Now() const = 0;
};

/// CLOCK_MONOTONIC.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint Now() const override { return std::chrono::steady_clock::now(); }
};

}  // namespace sockdiag
