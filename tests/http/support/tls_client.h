#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>
#include <type_traits>

#include "tests/http/support/http_client.h"
#include "tests/http/support/test_certificates.h"

namespace sockdiag::http {

struct TlsClientOptions {
  /// What it offers, as GnuTLS's priority strings say it.
  std::string priorities = "NORMAL";
  /// Sent whether or not the server names its CA; empty: none.
  Identity identity{};
};

/// The client's side of TLS on a connected socket. Takes whatever certificate the server has.
class TlsClientSession {
 public:
  TlsClientSession(int fd, const TlsClientOptions& options);

  /// 0, or GnuTLS's error code.
  [[nodiscard]] int Handshake();
  /// As recv(2) and send(2), but GnuTLS's error code instead of -1.
  [[nodiscard]] ssize_t Receive(char* buffer, std::size_t size);
  [[nodiscard]] ssize_t Send(const char* bytes, std::size_t size);
  [[nodiscard]] bool HasPending() const { return gnutls_record_check_pending(Get()) > 0; }

  /// The last alert that came.
  [[nodiscard]] gnutls_alert_description_t Alert() const { return gnutls_alert_get(Get()); }
  /// The server's certificate in DER.
  [[nodiscard]] std::string ServerCertificate() const;
  /// How many certificates the server sent.
  [[nodiscard]] unsigned ChainLength() const;
  [[nodiscard]] gnutls_session_t Get() const { return session_.get(); }

 private:
  struct Deinit {
    void operator()(gnutls_session_t one) const { gnutls_deinit(one); }
  };
  struct Free {
    void operator()(gnutls_certificate_credentials_t one) const {
      gnutls_certificate_free_credentials(one);
    }
  };

  std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>, Free> credentials_;
  std::unique_ptr<std::remove_pointer_t<gnutls_session_t>, Deinit> session_;
};

/// An HttpClient that speaks TLS.
class TlsClient : public HttpClient {
 public:
  /// Throws when the handshake fails.
  explicit TlsClient(const std::string& address, const TlsClientOptions& options = {});

  [[nodiscard]] TlsClientSession& Session() { return session_; }

 private:
  [[nodiscard]] ssize_t Write(const char* bytes, std::size_t size) override;
  [[nodiscard]] ssize_t ReadSome(char* buffer, std::size_t size) override;

  TlsClientSession session_;
};

/// The certificate in DER that a PEM text begins with.
[[nodiscard]] std::string FirstCertificate(const std::string& pem);

}  // namespace sockdiag::http
