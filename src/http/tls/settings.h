#pragma once

#include <string>
#include <vector>

namespace sockdiag::http {

enum class TlsVersion { kTls10, kTls11, kTls12, kTls13 };

/// Whether a client has to show a certificate. The names of Go's crypto/tls, which the web
/// configuration uses.
enum class ClientAuth {
  kNoClientCert,
  kRequestClientCert,
  kRequireAnyClientCert,
  kVerifyClientCertIfGiven,
  kRequireAndVerifyClientCert,
};

[[nodiscard]] constexpr bool RequiresCertificate(ClientAuth auth) {
  return auth == ClientAuth::kRequireAnyClientCert ||
         auth == ClientAuth::kRequireAndVerifyClientCert;
}
[[nodiscard]] constexpr bool VerifiesCertificate(ClientAuth auth) {
  return auth == ClientAuth::kVerifyClientCertIfGiven ||
         auth == ClientAuth::kRequireAndVerifyClientCert;
}

/// A certificate, key or list of them in PEM: in a file, or as text.
struct PemSource {
  /// Absolute, or relative to the working directory; empty: `text` holds it.
  std::string file;
  std::string text;

  [[nodiscard]] bool IsSet() const { return !file.empty() || !text.empty(); }
  friend bool operator==(const PemSource&, const PemSource&) = default;
};

/// How connections are encrypted, and who may open them.
struct TlsSettings {
  PemSource certificate;
  PemSource key;
  ClientAuth client_auth = ClientAuth::kNoClientCert;
  PemSource client_ca;
  /// A client's certificate must have one of them as a subject alternative name: DNS name, IP
  /// address, e-mail address or URI. Empty: any.
  std::vector<std::string> client_allowed_sans;
  TlsVersion min_version = TlsVersion::kTls12;
  TlsVersion max_version = TlsVersion::kTls13;
  /// Go's names, as in "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", for versions up to TLS 1.2; in
  /// order of preference. Empty: the library's.
  std::vector<std::string> cipher_suites;
  bool prefer_server_cipher_suites = true;
  /// Go's names: CurveP256, CurveP384, CurveP521, X25519; in order of preference. Empty: all,
  /// X25519 first.
  std::vector<std::string> curve_preferences;

  friend bool operator==(const TlsSettings&, const TlsSettings&) = default;
};

}  // namespace sockdiag::http
