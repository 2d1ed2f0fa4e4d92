#pragma once

#include <mutex>

#include "base/clock.h"
#include "web/config.h"

namespace sockdiag::web {

/// A bucket of tokens, full at first: each request takes one, and one comes back in each interval,
/// as golang.org/x/time/rate with rate.Every(interval) counts them. Thread-safe.
class RateLimiter {
 public:
  /// `clock` must outlive this.
  RateLimiter(const RateLimit& limit, const Clock& clock);

  /// A limit that is another than before begins with a full bucket.
  void SetLimit(const RateLimit& limit);

  /// False when there is no token left. Always true while the limit's interval is 0.
  [[nodiscard]] bool TryTake();

 private:
  void Refill();

  const Clock& clock_;
  std::mutex mutex_;
  RateLimit limit_;
  unsigned tokens_ = 0;
  /// When the last token came back that is counted in `tokens_`, or the bucket was last seen full.
  Clock::TimePoint refilled_;
};

}  // namespace sockdiag::web
