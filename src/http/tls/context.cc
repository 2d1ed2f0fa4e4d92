#include "http/tls/context.h"

#include <optional>
#include <utility>

#include "http/tls/certificate_files.h"
#include "http/tls/client_certificate.h"
#include "http/tls/handshake.h"
#include "http/tls/random.h"

namespace sockdiag::http {
namespace {

/// What the exporter-toolkit refuses, too.
Result<void> CheckClientAuth(const TlsSettings& settings) {
  if (settings.client_ca.IsSet() && settings.client_auth == ClientAuth::kNoClientCert) {
    return Fail("tls_server_config: there is a client_ca, but no client_auth_type that uses it");
  }
  if (!settings.client_allowed_sans.empty() && !RequiresCertificate(settings.client_auth)) {
    return Fail(
        "tls_server_config.client_allowed_sans: needs the client_auth_type RequireAnyClientCert or "
        "RequireAndVerifyClientCert");
  }
  return {};
}

Result<void> Check(std::string_view what, int outcome) {
  if (outcome >= 0) return {};
  return Fail("TLS: " + std::string(what) + ": " + gnutls_strerror(outcome));
}

}  // namespace

TlsContext::TlsContext(const TlsSettings& settings, Credentials credentials,
                       TlsPriorities priorities)
    : credentials_(std::move(credentials)),
      priorities_(std::move(priorities)),
      client_auth_(settings.client_auth),
      names_client_ca_(settings.client_ca.IsSet()),
      client_allowed_sans_(settings.client_allowed_sans) {}

Result<std::shared_ptr<const TlsContext>> TlsContext::Load(const TlsSettings& settings) {
  const Result<void> random = CheckRandomness();
  if (!random) return tl::unexpected(random.error());
  const Result<void> client_auth = CheckClientAuth(settings);
  if (!client_auth) return tl::unexpected(client_auth.error());
  gnutls_certificate_credentials_t raw = nullptr;
  const Result<void> allocated =
      Check("credentials", gnutls_certificate_allocate_credentials(&raw));
  if (!allocated) return tl::unexpected(allocated.error());
  Credentials credentials(raw);
  const Result<gnutls_pk_algorithm_t> key = LoadServerCertificate(settings, raw);
  if (!key) return tl::unexpected(key.error());
  if (settings.client_ca.IsSet() || VerifiesCertificate(settings.client_auth)) {
    const Result<void> client_ca = LoadClientCa(settings, raw);
    if (!client_ca) return tl::unexpected(client_ca.error());
  }
  Result<TlsPriorities> priorities = TlsPriorities::Make(settings, *key);
  if (!priorities) return tl::unexpected(priorities.error());
  return std::shared_ptr<const TlsContext>(
      new TlsContext(settings, std::move(credentials), std::move(*priorities)));
}

Result<void> TlsContext::Apply(gnutls_session_t session) const {
  std::string http1 = "http/1.1";
  const gnutls_datum_t protocol{reinterpret_cast<unsigned char*>(http1.data()),
                                static_cast<unsigned>(http1.size())};
  Result<void> outcome = Check("priorities", priorities_.Set(session));
  if (outcome) {
    outcome = Check("credentials",
                    gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials_.get()));
  }
  if (outcome) outcome = Check("ALPN", gnutls_alpn_set_protocols(session, &protocol, 1, 0));
  if (!outcome) return outcome;
  gnutls_db_set_ptr(session, const_cast<TlsContext*>(this));
  gnutls_handshake_set_hook_function(session, GNUTLS_HANDSHAKE_CLIENT_HELLO, GNUTLS_HOOK_PRE,
                                     &OnHello);
  gnutls_handshake_set_post_client_hello_function(session, &OnHelloParsed);
  gnutls_session_set_verify_function(session, &OnClientCertificate);
  // Never GNUTLS_CERT_REQUIRE: OnClientCertificate() knows the right alert.
  gnutls_certificate_server_set_request(session, client_auth_ == ClientAuth::kNoClientCert
                                                     ? GNUTLS_CERT_IGNORE
                                                     : GNUTLS_CERT_REQUEST);
  // As Go: the names of all the system's CAs would only make each handshake longer.
  gnutls_certificate_send_x509_rdn_sequence(session, names_client_ca_ ? 0 : 1);
  return {};
}

int TlsContext::OnHello(gnutls_session_t session, unsigned, unsigned, unsigned,
                        const gnutls_datum_t*) noexcept {
  BeginHandshake(session);
  return 0;
}

int TlsContext::OnHelloParsed(gnutls_session_t session) noexcept {
  const auto& self = *static_cast<const TlsContext*>(gnutls_db_get_ptr(session));
  const int outcome = self.priorities_.SetForAgreedVersion(session);
  if (outcome != GNUTLS_E_UNSUPPORTED_VERSION_PACKET) NoteAgreedVersion();
  return outcome;
}

int TlsContext::OnClientCertificate(gnutls_session_t session) noexcept {
  const auto& self = *static_cast<const TlsContext*>(gnutls_db_get_ptr(session));
  try {
    const std::optional<ClientRefusal> refusal =
        CheckClientCertificate(session, self.client_auth_, self.client_allowed_sans_);
    if (!refusal) return 0;
    RefuseClient(session, *refusal);
  } catch (...) {
    // Out of memory: nobody is let in unchecked.
  }
  return GNUTLS_E_CERTIFICATE_ERROR;
}

}  // namespace sockdiag::http
