#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "http/server.h"
#include "tests/support/fake_log.h"
#include "web/config.h"
#include "web/live_access_policy.h"

namespace sockdiag::fuzz {

/// Says what only a page says, none of the server's own answers.
inline constexpr std::string_view kPageMark = "sockdiag_fuzz_page";
/// User and password of the servers that have one, as they are sent.
inline constexpr std::string_view kCredentials = "ZnV6ejpmdXp6";  // fuzz:fuzz

/// A user with a password that costs little to check.
[[nodiscard]] web::WebConfig PasswordSettings();
/// A certificate of its own.
[[nodiscard]] web::WebConfig TlsSettings();

/// A server on a loopback port or a unix socket, with the routes of every kind that the exporter
/// has: / small, /metrics large and compressible, /-/reload for POST and PUT, and /fails whose
/// handler throws.
class FuzzServer {
 public:
  /// `address` as in ParseListenAddress().
  FuzzServer(const std::string& address, web::WebConfig settings);

  [[nodiscard]] const std::string& address() const { return server_->BoundAddresses().front(); }
  /// Requests of /fails.
  [[nodiscard]] unsigned failed() const { return failed_; }

 private:
  [[nodiscard]] http::Router MakeRouter();

  const SystemClock clock_{};
  const testing::NullLog log_;
  std::atomic<unsigned> failed_ = 0;
  std::unique_ptr<web::LiveAccessPolicy> access_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace sockdiag::fuzz
