#include "tests/http/support/test_certificates.h"

#include <gnutls/crypto.h>

#include <array>
#include <ctime>
#include <stdexcept>

namespace sockdiag::http {
namespace {

void Check(int outcome) {
  if (outcome < 0) throw std::runtime_error(gnutls_strerror(outcome));
}

std::time_t Later(std::chrono::hours hours) {
  return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + hours);
}

std::string Take(gnutls_datum_t datum) {
  std::string text(reinterpret_cast<const char*>(datum.data), datum.size);
  gnutls_free(datum.data);
  return text;
}

void AddNames(gnutls_x509_crt_t certificate, gnutls_x509_subject_alt_name_t type,
              const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    Check(gnutls_x509_crt_set_subject_alt_name(
        certificate, type, name.data(), static_cast<unsigned>(name.size()), GNUTLS_FSAN_APPEND));
  }
}

}  // namespace

CertificateAuthority::CertificateAuthority(const std::string& name) {
  const CertificateOptions options{.common_name = name, .is_ca = true};
  key_ = MakeKey(options);
  certificate_ = MakeCertificate(options, key_.get());
  Check(gnutls_x509_crt_sign2(certificate_.get(), certificate_.get(), key_.get(), GNUTLS_DIG_SHA256,
                              0));
  pem_ = ToPem(certificate_.get());
}

Identity CertificateAuthority::Issue(const CertificateOptions& options) const {
  const KeyPtr key = MakeKey(options);
  const CertificatePtr certificate = MakeCertificate(options, key.get());
  Check(gnutls_x509_crt_sign2(certificate.get(), certificate_.get(), key_.get(), GNUTLS_DIG_SHA256,
                              0));
  gnutls_datum_t key_pem{};
  Check(gnutls_x509_privkey_export2_pkcs8(key.get(), GNUTLS_X509_FMT_PEM, nullptr,
                                          GNUTLS_PKCS_PLAIN, &key_pem));
  return {.certificate = ToPem(certificate.get()) + chain_, .key = Take(key_pem)};
}

CertificateAuthority CertificateAuthority::MakeIntermediate(const std::string& name) const {
  const CertificateOptions options{.common_name = name, .is_ca = true};
  CertificateAuthority made;
  made.key_ = MakeKey(options);
  made.certificate_ = MakeCertificate(options, made.key_.get());
  Check(gnutls_x509_crt_sign2(made.certificate_.get(), certificate_.get(), key_.get(),
                              GNUTLS_DIG_SHA256, 0));
  made.pem_ = ToPem(made.certificate_.get());
  made.chain_ = made.pem_ + chain_;
  return made;
}

CertificateAuthority::KeyPtr CertificateAuthority::MakeKey(const CertificateOptions& options) {
  gnutls_x509_privkey_t key = nullptr;
  Check(gnutls_x509_privkey_init(&key));
  KeyPtr holder(key);
  Check(gnutls_x509_privkey_generate(key, options.algorithm, options.bits, 0));
  return holder;
}

CertificateAuthority::CertificatePtr CertificateAuthority::MakeCertificate(
    const CertificateOptions& options, gnutls_x509_privkey_t key) {
  gnutls_x509_crt_t certificate = nullptr;
  Check(gnutls_x509_crt_init(&certificate));
  CertificatePtr holder(certificate);
  std::array<unsigned char, 8> serial{};
  Check(gnutls_rnd(GNUTLS_RND_NONCE, serial.data(), serial.size()));
  serial[0] = static_cast<unsigned char>((serial[0] & 0x3FU) | 0x40U);
  Check(gnutls_x509_crt_set_version(certificate, 3));
  Check(gnutls_x509_crt_set_serial(certificate, serial.data(), serial.size()));
  Check(gnutls_x509_crt_set_activation_time(certificate, Later(options.valid_from)));
  Check(gnutls_x509_crt_set_expiration_time(certificate, Later(options.valid_until)));
  Check(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
                                      options.common_name.data(),
                                      static_cast<unsigned>(options.common_name.size())));
  Check(gnutls_x509_crt_set_key(certificate, key));
  Check(gnutls_x509_crt_set_basic_constraints(certificate, options.is_ca ? 1 : 0, -1));
  if (!options.purpose.empty()) {
    Check(gnutls_x509_crt_set_key_purpose_oid(certificate, options.purpose.c_str(), 0));
  }
  AddNames(certificate, GNUTLS_SAN_DNSNAME, options.dns_names);
  AddNames(certificate, GNUTLS_SAN_RFC822NAME, options.emails);
  AddNames(certificate, GNUTLS_SAN_URI, options.uris);
  AddNames(certificate, GNUTLS_SAN_IPADDRESS, options.addresses);
  return holder;
}

std::string CertificateAuthority::ToPem(gnutls_x509_crt_t certificate) {
  gnutls_datum_t pem{};
  Check(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem));
  return Take(pem);
}

}  // namespace sockdiag::http
