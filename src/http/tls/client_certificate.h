#pragma once

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/tls/settings.h"

namespace sockdiag::http {

/// Why a client is not let in: what to tell it, and what to tell the operator.
struct ClientRefusal {
  gnutls_alert_description_t alert = GNUTLS_A_BAD_CERTIFICATE;
  std::string reason;
};

/// The DNS names, e-mail addresses, IP addresses (as text) and URIs that a certificate is for.
[[nodiscard]] Result<std::vector<std::string>> SubjectAlternativeNames(
    gnutls_x509_crt_t certificate);

/// Whether the certificate that the client of this session sent, or sent none, satisfies the
/// settings; the credentials of the session hold the CAs. For a session in its handshake, after the
/// client's certificates arrived.
[[nodiscard]] std::optional<ClientRefusal> CheckClientCertificate(
    gnutls_session_t session, ClientAuth client_auth, const std::vector<std::string>& allowed_sans);

}  // namespace sockdiag::http
