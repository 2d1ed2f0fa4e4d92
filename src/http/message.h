#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace sockdiag::http {

/// Compares ASCII text as HTTP compares header names and tokens.
[[nodiscard]] bool EqualIgnoringCase(std::string_view a, std::string_view b);

/// A header of a request. Points into the connection's memory: valid until the handler returns.
struct HeaderView {
  std::string_view name;
  std::string_view value;
};

/// What a handler sees of a request. Every view is valid until the handler returns.
struct Request {
  std::string_view method;
  /// Percent-decoded, without the query string.
  std::string_view path;
  std::vector<HeaderView> headers;
  /// When its head was complete.
  Clock::TimePoint received{};
};

/// The first header of that name, in any case of letters.
[[nodiscard]] std::optional<std::string_view> FindHeader(const Request& request,
                                                         std::string_view name);

/// All values of a header whose grammar is a list, joined as RFC 9110 section 5.3 allows.
[[nodiscard]] std::optional<std::string> JoinHeaders(const Request& request, std::string_view name);

/// A header of a response.
struct HeaderField {
  std::string name;
  std::string value;
};

/// What a handler answers. Content-Length, Date and Connection are added when it is sent.
struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  /// Shared, so that scrapes answered from one collection send the same bytes. Null is empty.
  std::shared_ptr<const std::string> body;
  std::vector<HeaderField> headers;
  /// Whether the client may get it as gzip; then `Vary: Accept-Encoding` is sent too.
  bool compressible = false;
};

/// A short answer for people, as plain text.
[[nodiscard]] Response TextResponse(unsigned status, std::string text);

}  // namespace sockdiag::http
