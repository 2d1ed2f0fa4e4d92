#include "http/message.h"

#include <strings.h>

#include <utility>

namespace sockdiag::http {

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::string_view> FindHeader(const Request& request, std::string_view name) {
  for (const HeaderView& header : request.headers) {
    if (EqualIgnoringCase(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::optional<std::string> JoinHeaders(const Request& request, std::string_view name) {
  std::optional<std::string> joined;
  for (const HeaderView& header : request.headers) {
    if (!EqualIgnoringCase(header.name, name)) continue;
    if (joined) {
      joined->append(", ").append(header.value);
    } else {
      joined.emplace(header.value);
    }
  }
  return joined;
}

Response TextResponse(unsigned status, std::string text) {
  Response response;
  response.status = status;
  response.body = std::make_shared<const std::string>(std::move(text));
  return response;
}

}  // namespace sockdiag::http
