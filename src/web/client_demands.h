#pragma once

#include "base/error.h"
#include "http/tls/settings.h"
#include "web/config.h"

namespace sockdiag::web {

/// What a web configuration demands of a client before it answers.
struct ClientDemands {
  bool password = false;
  /// As far as there is TLS.
  http::ClientAuth certificate = http::ClientAuth::kNoClientCert;
  bool name_in_certificate = false;
};

[[nodiscard]] ClientDemands DemandsOf(const WebConfig& config);

/// Whether `after` demands no less than `before`. The error says what would be given up, and that
/// it needs somebody who asks for it: a file that was cut off looks the same.
[[nodiscard]] Result<void> CheckDemandsNoLess(const ClientDemands& before,
                                              const ClientDemands& after);

}  // namespace sockdiag::web
