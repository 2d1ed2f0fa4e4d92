#pragma once

#include <atomic>

#include "base/clock.h"

namespace sockdiag::testing {

/// Time that moves only when told to, by one thread. It is not the time since the machine started:
/// nobody may wait for it.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint Now() const override { return now_.load(); }
  void Advance(Duration duration) { now_ = now_.load() + duration; }

 private:
  std::atomic<TimePoint> now_{TimePoint(std::chrono::hours(1))};
};

}  // namespace sockdiag::testing
