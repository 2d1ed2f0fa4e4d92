#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "http/tls/cipher_suites.h"
#include "http/tls/settings.h"

namespace sockdiag::http {

/// "TLS12", as the web configuration writes it.
[[nodiscard]] std::string ToString(TlsVersion version);

/// The versions, cipher suites and curves that the server offers, in GnuTLS's form. Immutable, and
/// shared by sessions of any thread.
///
/// In GnuTLS one list of ciphers holds for all versions, but `cipher_suites` is about versions up
/// to TLS 1.2 only. So there are two: one until the version is agreed, and with a restriction
/// another for the old versions.
class TlsPriorities {
 public:
  /// `key` is the algorithm of the server's key: suites for other keys can never be agreed, so they
  /// are left out. An error names the setting: an unknown suite or curve; no suite for this key;
  /// a list that GnuTLS cannot offer without further suites.
  [[nodiscard]] static Result<TlsPriorities> Make(const TlsSettings& settings,
                                                  gnutls_pk_algorithm_t key);

  /// For a session that has not begun its handshake. GnuTLS's error code, or 0.
  [[nodiscard]] int Set(gnutls_session_t session) const;
  /// When a session has agreed on a version, and not yet on a cipher suite. GnuTLS's error code, or
  /// 0; GNUTLS_E_UNSUPPORTED_VERSION_PACKET when the version is none of these.
  [[nodiscard]] int SetForAgreedVersion(gnutls_session_t session) const;

 private:
  struct Deinit {
    void operator()(gnutls_priority_t priority) const { gnutls_priority_deinit(priority); }
  };
  using Priority = std::unique_ptr<std::remove_pointer_t<gnutls_priority_t>, Deinit>;

  [[nodiscard]] static Result<Priority> Compile(const std::string& text);
  [[nodiscard]] static Result<Priority> CompileRestricted(const std::string& versions,
                                                          std::vector<CipherSuite> suites,
                                                          gnutls_pk_algorithm_t key,
                                                          const std::string& rest);

  Priority all_;
  /// Null: as all_.
  Priority up_to_tls12_;
};

}  // namespace sockdiag::http
