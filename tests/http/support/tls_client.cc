#include "tests/http/support/tls_client.h"

#include <stdexcept>

namespace sockdiag::http {
namespace {

constexpr unsigned kTimeoutMs = 10'000;

void Check(int outcome) {
  if (outcome < 0) throw std::runtime_error(gnutls_strerror(outcome));
}

gnutls_datum_t Datum(const std::string& text) {
  // GnuTLS only reads it.
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

}  // namespace

TlsClientSession::TlsClientSession(int fd, const TlsClientOptions& options) {
  gnutls_certificate_credentials_t credentials = nullptr;
  Check(gnutls_certificate_allocate_credentials(&credentials));
  credentials_.reset(credentials);
  if (!options.identity.key.empty()) {
    const gnutls_datum_t certificate = Datum(options.identity.certificate);
    const gnutls_datum_t key = Datum(options.identity.key);
    Check(gnutls_certificate_set_x509_key_mem2(credentials, &certificate, &key, GNUTLS_X509_FMT_PEM,
                                               nullptr, 0));
  }
  gnutls_session_t session = nullptr;
  Check(gnutls_init(&session, GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT | GNUTLS_NO_SIGNAL));
  session_.reset(session);
  Check(gnutls_priority_set_direct(session, options.priorities.c_str(), nullptr));
  Check(gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials));
  gnutls_transport_set_int(session, fd);
  gnutls_handshake_set_timeout(session, kTimeoutMs);
  gnutls_record_set_timeout(session, kTimeoutMs);
}

int TlsClientSession::Handshake() {
  int outcome = 0;
  do {
    outcome = gnutls_handshake(Get());
  } while (outcome < 0 && gnutls_error_is_fatal(outcome) == 0);
  return outcome;
}

ssize_t TlsClientSession::Receive(char* buffer, std::size_t size) {
  ssize_t got = 0;
  do {
    got = gnutls_record_recv(Get(), buffer, size);
  } while (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED);
  return got;
}

ssize_t TlsClientSession::Send(const char* bytes, std::size_t size) {
  return gnutls_record_send(Get(), bytes, size);
}

std::string TlsClientSession::ServerCertificate() const {
  unsigned count = 0;
  const gnutls_datum_t* certificates = gnutls_certificate_get_peers(Get(), &count);
  if (certificates == nullptr || count == 0) return {};
  return {reinterpret_cast<const char*>(certificates[0].data), certificates[0].size};
}

unsigned TlsClientSession::ChainLength() const {
  unsigned count = 0;
  static_cast<void>(gnutls_certificate_get_peers(Get(), &count));
  return count;
}

TlsClient::TlsClient(const std::string& address, const TlsClientOptions& options)
    : HttpClient(address), session_(Fd(), options) {
  Check(session_.Handshake());
}

ssize_t TlsClient::Write(const char* bytes, std::size_t size) { return session_.Send(bytes, size); }

ssize_t TlsClient::ReadSome(char* buffer, std::size_t size) {
  if (!session_.HasPending()) WaitForBytes();
  return session_.Receive(buffer, size);
}

std::string FirstCertificate(const std::string& pem) {
  const gnutls_datum_t text = Datum(pem);
  gnutls_datum_t der{};
  Check(gnutls_pem_base64_decode2("CERTIFICATE", &text, &der));
  std::string bytes(reinterpret_cast<const char*>(der.data), der.size);
  gnutls_free(der.data);
  return bytes;
}

}  // namespace sockdiag::http
