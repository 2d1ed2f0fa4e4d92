#pragma once

#include "base/limited_log.h"
#include "http/access_policy.h"
#include "http/message.h"
#include "http/request_limiter.h"
#include "http/router.h"

namespace sockdiag::http {

/// From a request to the response as it is sent: routing, the limit of requests at once, handlers
/// that throw, gzip. Knows nothing of connections. Thread-safe.
class Dispatcher {
 public:
  /// `policy` is asked before anything else; null: every request may go on. It and the log must
  /// outlive this.
  Dispatcher(Router router, AccessPolicy* policy, unsigned max_requests, LimitedLog& log)
      : router_(std::move(router)), policy_(policy), limiter_(max_requests), log_(log) {}

  /// A place among the limited requests is held while the handler runs and not while the response
  /// is sent: how many may wait for slow readers is the ConnectionTable's to limit.
  [[nodiscard]] Response Dispatch(const Request& request);

 private:
  [[nodiscard]] Response CallHandler(const Route& route, const Request& request);

  const Router router_;
  AccessPolicy* const policy_;
  RequestLimiter limiter_;
  LimitedLog& log_;
};

}  // namespace sockdiag::http
