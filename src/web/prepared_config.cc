#include "web/prepared_config.h"

#include <utility>

namespace sockdiag::http {

Result<WebAccess> MakeWebAccess(const WebSettings& settings) {
  WebAccess access{.tls = nullptr, .headers = settings.headers};
  if (settings.tls) {
    Result<std::shared_ptr<const TlsContext>> tls = TlsContext::Load(*settings.tls);
    if (!tls) return tl::unexpected(tls.error());
    access.tls = std::move(*tls);
  }
  return access;
}

}  // namespace sockdiag::http
