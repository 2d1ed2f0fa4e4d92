#pragma once

#include <memory>
#include <optional>

#include "http/message.h"
#include "http/tls/context.h"

namespace sockdiag::http {

/// Who may ask, and how: the server puts these questions for each connection and each request.
/// Any thread may ask, several at once.
class AccessPolicy {
 public:
  virtual ~AccessPolicy() = default;

  /// What encrypts a new connection; null: it is plain HTTP. Which of the two never changes.
  [[nodiscard]] virtual std::shared_ptr<const TlsContext> CurrentTls() = 0;
  /// The answer to a request that may not go on; absent: it may. May block: it is asked on the
  /// thread of the connection.
  [[nodiscard]] virtual std::optional<Response> Refuse(const Request& request) = 0;
  /// Puts the operator's headers into a response, in place of those of the same name.
  virtual void AddHeaders(Response& response) = 0;
};

}  // namespace sockdiag::http
