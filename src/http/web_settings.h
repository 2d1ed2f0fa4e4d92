#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/message.h"

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

/// A bucket of tokens: each request takes one, one comes back in each interval.
struct RateLimit {
  /// 0: no limit.
  std::chrono::nanoseconds interval{0};
  /// The most tokens.
  unsigned burst = 0;

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

/// The web configuration (--web.config.file): who may see the pages, and how.
struct WebSettings {
  /// Absent: plain HTTP.
  std::optional<TlsSettings> tls;
  /// bcrypt hashes by user. Empty: everybody.
  std::map<std::string, std::string> basic_auth_users;
  /// Sent with every response.
  std::vector<HeaderField> headers;
  RateLimit rate_limit;
};

/// What the web configuration says now, and what it depends on.
struct LoadedWebSettings {
  WebSettings settings;
  /// The web configuration itself, and the certificate, key and authorities that it names: when one
  /// of them changes, the settings have to be loaded again.
  std::vector<std::string> files;
};

}  // namespace sockdiag::http
