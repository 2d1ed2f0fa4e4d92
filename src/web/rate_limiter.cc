#include "web/rate_limiter.h"

#include <cstdint>

namespace sockdiag::web {

RateLimiter::RateLimiter(const RateLimit& limit, const Clock& clock)
    : clock_(clock), limit_(limit), tokens_(limit.burst), refilled_(clock.Now()) {}

void RateLimiter::SetLimit(const RateLimit& limit) {
  const std::lock_guard lock(mutex_);
  if (limit == limit_) return;
  limit_ = limit;
  tokens_ = limit.burst;
  refilled_ = clock_.Now();
}

bool RateLimiter::TryTake() {
  const std::lock_guard lock(mutex_);
  if (limit_.interval.count() <= 0) return true;
  Refill();
  if (tokens_ == 0) return false;
  --tokens_;
  return true;
}

void RateLimiter::Refill() {
  const Clock::TimePoint now = clock_.Now();
  const std::int64_t earned = (now - refilled_) / limit_.interval;
  if (earned >= limit_.burst - tokens_) {
    tokens_ = limit_.burst;
    refilled_ = now;
  } else {
    tokens_ += static_cast<unsigned>(earned);
    refilled_ += earned * limit_.interval;
  }
}

}  // namespace sockdiag::web
