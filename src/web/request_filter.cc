#include "web/request_filter.h"

#include <string_view>

#include "http/router.h"
#include "web/health_paths.h"

namespace sockdiag::web {
namespace {

http::Response TooManyRequests() { return http::TextResponse(429, "Too Many Requests\n"); }

http::Response Unauthorized() {
  http::Response response = http::TextResponse(401, "Unauthorized\n");
  response.headers.push_back({"WWW-Authenticate", "Basic"});
  return response;
}

bool IsHealthPath(std::string_view path) {
  return http::IsSamePath(path, kHealthyPath) || http::IsSamePath(path, kReadyPath);
}

/// Absent when there is none, and when there are several: which one counts, a proxy on the way may
/// see otherwise.
std::optional<std::string_view> SoleAuthorization(const http::Request& request) {
  std::optional<std::string_view> sole;
  for (const http::HeaderView& header : request.headers) {
    if (!http::EqualIgnoringCase(header.name, "Authorization")) continue;
    if (sole) return std::nullopt;
    sole = header.value;
  }
  return sole;
}

}  // namespace

std::optional<http::Response> RequestFilter::Refuse(const http::Request& request) {
  if (!limiter_.TryTake()) return TooManyRequests();
  if (health_paths_are_open_ && IsHealthPath(request.path)) return std::nullopt;
  switch (auth_.Check(SoleAuthorization(request))) {
    case BasicAuth::Verdict::kAllowed:
      return std::nullopt;
    case BasicAuth::Verdict::kRefused:
      return Unauthorized();
    case BasicAuth::Verdict::kBusy:
      return http::BusyResponse("Too many passwords are being checked, try again later.\n");
  }
  return Unauthorized();
}

}  // namespace sockdiag::web
