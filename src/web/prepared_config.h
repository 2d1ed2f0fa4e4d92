#pragma once

#include <memory>
#include <vector>

#include "base/error.h"
#include "http/message.h"
#include "http/tls/context.h"
#include "web/config.h"

namespace sockdiag::web {

/// A web configuration made ready for use: the certificate and key that it names are read.
/// Immutable; a change puts a new one in its place.
struct PreparedWebConfig {
  /// Null: plain HTTP.
  std::shared_ptr<const http::TlsContext> tls;
  /// Sent with every response, in place of the server's own of the same name.
  std::vector<http::HeaderField> headers;
};

/// Reads the files that the configuration names. An error is one line that names the setting.
[[nodiscard]] Result<PreparedWebConfig> PrepareWebConfig(const WebConfig& config);

}  // namespace sockdiag::web
