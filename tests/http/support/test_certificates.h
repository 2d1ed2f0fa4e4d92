#pragma once

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <chrono>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace sockdiag::http {

/// A certificate, with those that lead to its CA, and its key, both in PEM.
struct Identity {
  std::string certificate;
  std::string key;
};

struct CertificateOptions {
  std::string common_name = "test";
  std::vector<std::string> dns_names{};
  std::vector<std::string> emails{};
  std::vector<std::string> uris{};
  /// As bytes in network order.
  std::vector<std::string> addresses{};
  /// An extended key usage; empty: none is named.
  std::string purpose{};
  bool is_ca = false;
  gnutls_pk_algorithm_t algorithm = GNUTLS_PK_ECDSA;
  unsigned bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
  std::chrono::hours valid_from{-1};
  std::chrono::hours valid_until{24};
};

/// Makes certificates that last for the test.
class CertificateAuthority {
 public:
  /// One that signs itself.
  explicit CertificateAuthority(const std::string& name);

  [[nodiscard]] Identity Issue(const CertificateOptions& options) const;
  /// One whose certificate this one signs; what it issues has both.
  [[nodiscard]] CertificateAuthority MakeIntermediate(const std::string& name) const;
  /// Its own certificate.
  [[nodiscard]] const std::string& Certificate() const { return pem_; }

 private:
  struct CertificateDeinit {
    void operator()(gnutls_x509_crt_t one) const { gnutls_x509_crt_deinit(one); }
  };
  struct KeyDeinit {
    void operator()(gnutls_x509_privkey_t one) const { gnutls_x509_privkey_deinit(one); }
  };
  using CertificatePtr =
      std::unique_ptr<std::remove_pointer_t<gnutls_x509_crt_t>, CertificateDeinit>;
  using KeyPtr = std::unique_ptr<std::remove_pointer_t<gnutls_x509_privkey_t>, KeyDeinit>;

  CertificateAuthority() = default;
  [[nodiscard]] static KeyPtr MakeKey(const CertificateOptions& options);
  [[nodiscard]] static CertificatePtr MakeCertificate(const CertificateOptions& options,
                                                      gnutls_x509_privkey_t key);
  [[nodiscard]] static std::string ToPem(gnutls_x509_crt_t certificate);

  CertificatePtr certificate_;
  KeyPtr key_;
  std::string pem_;
  /// What follows a certificate that it issues.
  std::string chain_;
};

}  // namespace sockdiag::http
