#pragma once

#include <optional>

#include "base/clock.h"

namespace sockdiag {

/// Whether names may lose their places. A collection that is not whole does not tell who has gone,
/// but when all have been so for longer than the retention, none will.
class ExpiryGate {
 public:
  void SetRetention(Clock::Duration retention) { retention_ = retention; }

  /// After a collection at `now`.
  [[nodiscard]] bool MayExpire(bool is_complete, Clock::TimePoint now) {
    if (is_complete) {
      incomplete_since_.reset();
    } else if (!incomplete_since_) {
      incomplete_since_ = now;
    }
    return !incomplete_since_ || now - *incomplete_since_ > retention_;
  }

 private:
  Clock::Duration retention_{};
  std::optional<Clock::TimePoint> incomplete_since_;
};

}  // namespace sockdiag
