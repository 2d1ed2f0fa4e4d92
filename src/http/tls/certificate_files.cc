#include "http/tls/certificate_files.h"

#include <gnutls/x509.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/file.h"

namespace sockdiag::http {
namespace {

// A bundle of all public CAs has a quarter of it.
constexpr std::size_t kMaxPemBytes = std::size_t{1} << 20;

/// PEM text, and how an error names where it is from.
struct Pem {
  std::string where;
  std::string text;

  [[nodiscard]] gnutls_datum_t Datum() {
    return {reinterpret_cast<unsigned char*>(text.data()), static_cast<unsigned>(text.size())};
  }
  [[nodiscard]] tl::unexpected<Error> Bad(std::string_view what, int outcome) const {
    return Fail(where + ": " + std::string(what) + ": " + gnutls_strerror(outcome));
  }
};

Result<Pem> ReadPem(std::string_view setting, const PemSource& source) {
  Pem pem{.where = "tls_server_config." + std::string(setting), .text = source.text};
  if (source.file.empty()) return pem;
  pem.where += "_file: " + source.file;
  Result<std::string> content = ReadFile(source.file, kMaxPemBytes);
  if (!content) {
    return Fail("tls_server_config." + std::string(setting) + "_file: " + content.error().message);
  }
  pem.text = std::move(*content);
  return pem;
}

/// Certificates as GnuTLS allocates a list of them.
class CertificateList {
 public:
  CertificateList() = default;
  CertificateList(const CertificateList&) = delete;
  CertificateList& operator=(const CertificateList&) = delete;
  ~CertificateList() {
    for (unsigned index = 0; index < size_; ++index) gnutls_x509_crt_deinit(list_[index]);
    gnutls_free(list_);
  }

  [[nodiscard]] int Import(const gnutls_datum_t& pem) {
    return gnutls_x509_crt_list_import2(&list_, &size_, &pem, GNUTLS_X509_FMT_PEM,
                                        GNUTLS_X509_CRT_LIST_SORT);
  }
  [[nodiscard]] gnutls_x509_crt_t* Data() { return list_; }
  [[nodiscard]] unsigned Size() const { return size_; }

 private:
  gnutls_x509_crt_t* list_ = nullptr;
  unsigned size_ = 0;
};

struct KeyDeinit {
  void operator()(gnutls_x509_privkey_t key) const { gnutls_x509_privkey_deinit(key); }
};
using Key = std::unique_ptr<std::remove_pointer_t<gnutls_x509_privkey_t>, KeyDeinit>;

Result<Key> ImportKey(Pem& pem) {
  gnutls_x509_privkey_t raw = nullptr;
  if (gnutls_x509_privkey_init(&raw) < 0) return Fail(pem.where + ": out of memory");
  Key key(raw);
  const gnutls_datum_t datum = pem.Datum();
  const int outcome = gnutls_x509_privkey_import2(raw, &datum, GNUTLS_X509_FMT_PEM, nullptr, 0);
  gnutls_memset(pem.text.data(), 0, pem.text.size());
  if (outcome < 0) return pem.Bad("no private key that can be used", outcome);
  return key;
}

}  // namespace

Result<gnutls_pk_algorithm_t> LoadServerCertificate(const TlsSettings& settings,
                                                    gnutls_certificate_credentials_t credentials) {
  if (!settings.certificate.IsSet()) return Fail("tls_server_config: missing cert or cert_file");
  if (!settings.key.IsSet()) return Fail("tls_server_config: missing key or key_file");
  Result<Pem> certificate_pem = ReadPem("cert", settings.certificate);
  if (!certificate_pem) return tl::unexpected(certificate_pem.error());
  CertificateList chain;
  int outcome = chain.Import(certificate_pem->Datum());
  if (outcome < 0) return certificate_pem->Bad("no certificate that can be used", outcome);
  Result<Pem> key_pem = ReadPem("key", settings.key);
  if (!key_pem) return tl::unexpected(key_pem.error());
  const Result<Key> key = ImportKey(*key_pem);
  if (!key) return tl::unexpected(key.error());
  outcome = gnutls_certificate_set_x509_key(credentials, chain.Data(),
                                            static_cast<int>(chain.Size()), key->get());
  if (outcome == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
    return Fail(key_pem->where + ": is not the key of the certificate in " +
                certificate_pem->where);
  }
  if (outcome < 0) return certificate_pem->Bad("cannot be used with its key", outcome);
  return static_cast<gnutls_pk_algorithm_t>(gnutls_x509_privkey_get_pk_algorithm(key->get()));
}

Result<void> LoadClientCa(const TlsSettings& settings,
                          gnutls_certificate_credentials_t credentials) {
  if (!settings.client_ca.IsSet()) {
    const int count = gnutls_certificate_set_x509_system_trust(credentials);
    if (count > 0) return {};
    return Fail(
        "tls_server_config: client_auth_type verifies certificates with those of the system, as "
        "there is no client_ca, but the system has none");
  }
  Result<Pem> pem = ReadPem("client_ca", settings.client_ca);
  if (!pem) return tl::unexpected(pem.error());
  const gnutls_datum_t datum = pem->Datum();
  const int count = gnutls_certificate_set_x509_trust_mem(credentials, &datum, GNUTLS_X509_FMT_PEM);
  if (count < 0) return pem->Bad("no CA certificate that can be used", count);
  if (count == 0) return Fail(pem->where + ": no certificate in it");
  return {};
}

}  // namespace sockdiag::http
