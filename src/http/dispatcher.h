#pragma once

#include <functional>
#include <optional>

#include "base/limited_log.h"
#include "http/message.h"
#include "http/request_limiter.h"
#include "http/router.h"

namespace sockdiag::http {

/// From a request to the response as it is sent: routing, the limit of requests at once, handlers
/// that throw, gzip. Knows nothing of connections. Thread-safe.
class Dispatcher {
 public:
  /// Asked before anything else: the answer to a request that may not go on.
  using Guard = std::function<std::optional<Response>(const Request&)>;

  /// `guard` may be null. `log` must outlive this.
  Dispatcher(Router router, Guard guard, unsigned max_requests, LimitedLog& log)
      : router_(std::move(router)), guard_(std::move(guard)), limiter_(max_requests), log_(log) {}

  /// A place among the limited requests is held while the handler runs and not while the response
  /// is sent: how many may wait for slow readers is the ConnectionTable's to limit.
  [[nodiscard]] Response Dispatch(const Request& request);

 private:
  [[nodiscard]] Response CallHandler(const Route& route, const Request& request);

  const Router router_;
  const Guard guard_;
  RequestLimiter limiter_;
  LimitedLog& log_;
};

}  // namespace sockdiag::http
