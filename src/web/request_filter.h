#pragma once

#include <atomic>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "http/message.h"
#include "web/basic_auth.h"
#include "web/config.h"
#include "web/rate_limiter.h"

namespace sockdiag::web {

/// Whether a request may be answered at all, by the web configuration's `rate_limit` and
/// `basic_auth_users`. Asked ahead of routing, so it tells nobody which paths there are, and holds
/// for every path, health checks included unless they are opened. The order is the
/// exporter-toolkit's (web/handler.go): the rate limit comes first, so a request without a password
/// takes a token too, and guessing passwords is held back by it; what is above it is not
/// authenticated. Thread-safe.
///
/// Its answers get the configured headers as all others do; the toolkit leaves them out of its 429
/// alone.
class RequestFilter {
 public:
  /// `clock` must outlive this. TLS and headers are not looked at.
  RequestFilter(const WebConfig& config, const Clock& clock,
                BasicAuth::Matcher matches = MatchesBcrypt)
      : limiter_(config.rate_limit, clock), auth_(config.basic_auth_users, std::move(matches)) {}

  /// New settings in place of the old ones. Passwords that were right for a hash that stays are
  /// not computed again, and a rate limit that stays keeps its bucket.
  void SetConfig(const WebConfig& config) {
    limiter_.SetLimit(config.rate_limit);
    auth_.SetUsers(config.basic_auth_users);
  }

  /// From now on the health paths need a password like all others, or none. Before it they do.
  void OpenHealthPaths(bool are_open) { health_paths_are_open_ = are_open; }

  /// The answer to a request that may not go on: 429 above the rate limit, 401 without a right user
  /// and password, 503 when too many wait for theirs to be computed. Absent: it may. Blocks while a
  /// password is computed, see BasicAuth.
  [[nodiscard]] std::optional<http::Response> Refuse(const http::Request& request);

 private:
  RateLimiter limiter_;
  BasicAuth auth_;
  std::atomic<bool> health_paths_are_open_ = false;
};

}  // namespace sockdiag::web
