#pragma once

#include "base/clock.h"

namespace sockdiag::testing {

/// Time that moves only when told to.
class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint Now() const override { return now_; }
  void Advance(Duration duration) { now_ += duration; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace sockdiag::testing
