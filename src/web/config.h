#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"
#include "http/tls/settings.h"

namespace sockdiag::web {

/// A bucket of tokens: each request takes one, one comes back in each interval.
struct RateLimit {
  /// 0: no limit.
  std::chrono::nanoseconds interval{0};
  /// The most tokens.
  unsigned burst = 0;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

/// The web configuration (--web.config.file): who may see the pages, and how.
struct WebConfig {
  /// Absent: plain HTTP.
  std::optional<http::TlsSettings> tls;
  /// bcrypt hashes by user. Empty: everybody.
  std::map<std::string, std::string> basic_auth_users;
  /// Sent with every response.
  std::vector<http::HeaderField> headers;
  RateLimit rate_limit;
};

/// What the web configuration says now, and what it depends on.
struct LoadedWebConfig {
  WebConfig config;
  /// The web configuration itself, and the certificate, key and authorities that it names: when one
  /// of them changes, it has to be loaded again.
  std::vector<std::string> files;
};

}  // namespace sockdiag::web
