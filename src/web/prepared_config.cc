#include "web/prepared_config.h"

#include <utility>

namespace sockdiag::web {

Result<PreparedWebConfig> PrepareWebConfig(const WebConfig& config) {
  PreparedWebConfig prepared{.tls = nullptr, .headers = config.headers};
  if (config.tls) {
    Result<std::shared_ptr<const http::TlsContext>> tls = http::TlsContext::Load(*config.tls);
    if (!tls) return tl::unexpected(tls.error());
    prepared.tls = std::move(*tls);
  }
  return prepared;
}

}  // namespace sockdiag::web
