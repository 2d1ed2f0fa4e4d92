#include "app/health_check.h"

#include <string>

#include "http/client/fetch_status.h"
#include "web/health_paths.h"

namespace sockdiag {
namespace {

bool IsHealthy(const http::FetchedStatus& answer) {
  constexpr unsigned kOk = 200;
  constexpr unsigned kUnauthorized = 401;
  constexpr unsigned kTooManyRequests = 429;
  if (!answer.status) return true;
  return *answer.status == kOk || *answer.status == kUnauthorized ||
         *answer.status == kTooManyRequests;
}

/// A server that speaks TLS answers so to plain HTTP.
bool IsTlsMissing(const http::FetchedStatus& answer, const Options& options) {
  constexpr unsigned kBadRequest = 400;
  return answer.status == kBadRequest && !options.web_config_file;
}

}  // namespace

Result<void> CheckHealth(const Options& options) {
  const http::ListenAddress& address = options.listen_addresses.front();
  const std::string path(web::kHealthyPath);
  const std::string failure = "not healthy: " + http::ToText(address) + ": ";
  const Result<http::FetchedStatus> answer = http::FetchStatus(
      address, {.path = path, .may_speak_tls = options.web_config_file.has_value()});
  if (!answer) return Fail(failure + answer.error().message);
  if (IsHealthy(*answer)) return {};
  return Fail(failure + path + " was answered with " + std::to_string(*answer->status) +
              (IsTlsMissing(*answer, options)
                   ? ", as by an exporter that speaks TLS: --web.config.file is wanted here, too"
                   : ""));
}

}  // namespace sockdiag
