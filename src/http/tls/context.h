#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "http/tls/priorities.h"
#include "http/tls/settings.h"

namespace sockdiag::http {

/// The server's side of TLS as one state of the web configuration wants it: certificate, versions,
/// and which clients may connect. Immutable; any thread may use it.
class TlsContext {
 public:
  /// Reads the files and checks everything. An error is one line that names the setting and the
  /// file.
  [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> Load(const TlsSettings& settings);

  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext() = default;

  /// Puts this in force for a server's session that has not begun its handshake, whose result must
  /// go to EndFailedHandshake() when it is bad. This must outlive the session. It takes the
  /// session's database pointer (gnutls_db_set_ptr()); there is no database, as nothing is resumed.
  [[nodiscard]] Result<void> Apply(gnutls_session_t session) const;

 private:
  struct Free {
    void operator()(gnutls_certificate_credentials_t credentials) const {
      gnutls_certificate_free_credentials(credentials);
    }
  };
  using Credentials =
      std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>, Free>;

  TlsContext(const TlsSettings& settings, Credentials credentials, TlsPriorities priorities);

  static int OnHello(gnutls_session_t session, unsigned type, unsigned when, unsigned incoming,
                     const gnutls_datum_t* message) noexcept;
  static int OnHelloParsed(gnutls_session_t session) noexcept;
  static int OnClientCertificate(gnutls_session_t session) noexcept;

  const Credentials credentials_;
  const TlsPriorities priorities_;
  const ClientAuth client_auth_;
  const bool names_client_ca_;
  const std::vector<std::string> client_allowed_sans_;
};

}  // namespace sockdiag::http
