#pragma once

#include <memory>
#include <vector>

#include "base/error.h"
#include "http/message.h"
#include "http/tls/context.h"
#include "web/config.h"

namespace sockdiag::http {

/// Who may see the pages, and how, made ready from one state of the web configuration. Immutable:
/// a change puts a new one in its place.
struct WebAccess {
  /// Null: plain HTTP.
  std::shared_ptr<const TlsContext> tls;
  /// Sent with every response, in place of the server's own of the same name.
  std::vector<HeaderField> headers;
};

/// Reads the files that the settings name. An error is one line that names the setting.
[[nodiscard]] Result<WebAccess> MakeWebAccess(const WebSettings& settings);

}  // namespace sockdiag::http
