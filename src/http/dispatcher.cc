#include "http/dispatcher.h"

#include <cstddef>
#include <exception>
#include <optional>
#include <string>

#include "http/encoding.h"

namespace sockdiag::http {
namespace {

// Below this, gzip saves no packet.
constexpr std::size_t kMinBytesToCompress = 1024;

Response MethodNotAllowed(const Route& route) {
  Response response = TextResponse(405, "405 Method Not Allowed\n");
  response.headers.push_back({"Allow", AllowedMethods(route)});
  return response;
}

void Compress(const Request& request, Response& response) {
  if (!response.compressible || !response.body) return;
  response.headers.push_back({"Vary", "Accept-Encoding"});
  const std::optional<std::string> accepted = JoinHeaders(request, "Accept-Encoding");
  const GzipUse use = NegotiateGzip(accepted);
  if (use == GzipUse::kNever) return;
  if (use == GzipUse::kWhenWorthwhile && response.body->size() < kMinBytesToCompress) return;
  std::optional<std::string> packed = Gzip(*response.body);
  if (!packed) return;
  response.body = std::make_shared<const std::string>(std::move(*packed));
  response.headers.push_back({"Content-Encoding", "gzip"});
}

}  // namespace

Response Dispatcher::CallHandler(const Route& route, const Request& request) {
  try {
    Response response = route.handler(request);
    Compress(request, response);
    return response;
  } catch (const std::exception& exception) {
    log_.Warn("handler of " + route.path + " failed: " + exception.what());
  } catch (...) {
    log_.Warn("handler of " + route.path + " failed");
  }
  return TextResponse(500, "500 Internal Server Error\n");
}

Response Dispatcher::Dispatch(const Request& request) {
  if (policy_ != nullptr) {
    std::optional<Response> refusal = policy_->Refuse(request);
    if (refusal) return *std::move(refusal);
  }
  const Route* route = router_.Find(request.path);
  if (route == nullptr) return TextResponse(404, "404 Not Found\n");
  if (!Allows(*route, request.method)) return MethodNotAllowed(*route);
  RequestLimiter::Slot slot;
  if (route->limited) {
    slot = limiter_.TryTake();
    if (!slot.IsValid()) {
      return BusyResponse("Limit of concurrent requests reached, try again later.\n");
    }
  }
  return CallHandler(*route, request);
}

}  // namespace sockdiag::http
