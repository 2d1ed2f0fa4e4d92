#pragma once

#include <gnutls/gnutls.h>

#include "base/error.h"
#include "http/tls/settings.h"

namespace sockdiag::http {

/// Reads the server's certificate chain (its own certificate first) and key into the credentials.
/// The algorithm of the key: RSA, ECDSA or EdDSA.
[[nodiscard]] Result<gnutls_pk_algorithm_t> LoadServerCertificate(
    const TlsSettings& settings, gnutls_certificate_credentials_t credentials);

/// Reads the CAs that clients' certificates are verified with into the credentials: those of the
/// settings, or else the system's.
[[nodiscard]] Result<void> LoadClientCa(const TlsSettings& settings,
                                        gnutls_certificate_credentials_t credentials);

}  // namespace sockdiag::http
