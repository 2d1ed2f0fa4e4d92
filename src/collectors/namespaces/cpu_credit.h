#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/clock.h"

namespace sockdiag {

/// What may be spent of one core: a share of the time that goes by. Used by one thread at a time.
class CpuCredit {
 public:
  using Seconds = std::chrono::duration<double>;
  /// More is not saved up: a collection is to end in time.
  static constexpr Seconds kMost{2};
  /// More is not owed, either: what came of a busy time is over some time after it.
  static constexpr Seconds kMostOwed{10};

  /// From now on this share is earned; nothing: there is no limit.
  void SetShare(std::optional<double> share) { share_ = share; }
  void Earn(Clock::TimePoint now) {
    if (last_ && share_) credit_ = std::min(kMost, credit_ + Seconds(now - *last_) * *share_);
    last_ = now;
  }
  /// May make it negative: then what comes next has to wait.
  void Spend(std::chrono::nanoseconds cost) {
    credit_ = std::max<Seconds>(-kMostOwed, credit_ - cost);
  }
  [[nodiscard]] bool IsSpent() const { return share_ && credit_ <= Seconds(0); }

 private:
  std::optional<double> share_;
  /// So that the first collection shows much.
  Seconds credit_ = kMost;
  std::optional<Clock::TimePoint> last_;
};

}  // namespace sockdiag
