#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "http/message.h"
#include "http/request_target.h"

namespace sockdiag::http {

/// Larger heads get 431, or 414 for the target.
constexpr std::size_t kMaxHeadBytes = std::size_t{16} * 1024;
/// No route reads a body. A small one is dropped and the connection stays in use; to drop a large
/// one would be work for nothing.
constexpr std::uint64_t kMaxBodyBytes = std::uint64_t{64} * 1024;

/// A head as libmicrohttpd has parsed it: every view points into `bytes`, in order.
struct RequestHead {
  const Request& request;
  const RequestTarget& target;
  /// "HTTP/1.1"
  std::string_view version;
  /// All of it, with the ends of lines and other separators overwritten by zeros.
  std::string_view bytes;
};

/// The answer to a head that breaks HTTP or a limit; the connection has to end with it, because
/// nobody can tell where the next request would start. It looks after what the library's parser
/// lets pass: RFC 9112 sections 3.2, 5.1, 5.2, 6.1, 6.3 and RFC 9110 sections 5.5, 10.1.1.
[[nodiscard]] std::optional<Response> RefuseHead(const RequestHead& head);

}  // namespace sockdiag::http
