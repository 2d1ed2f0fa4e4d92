#include "http/tls/client_certificate.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <type_traits>

namespace sockdiag::http {
namespace {

struct CertificateDeinit {
  void operator()(gnutls_x509_crt_t certificate) const { gnutls_x509_crt_deinit(certificate); }
};
using Certificate = std::unique_ptr<std::remove_pointer_t<gnutls_x509_crt_t>, CertificateDeinit>;

/// As Go's net.IP.String(): an IPv4 address stays one when it is mapped into IPv6.
std::string AddressText(std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  in6_addr v6{};
  if (bytes.size() == sizeof(in6_addr)) {
    std::memcpy(&v6, bytes.data(), sizeof(v6));
    if (!IN6_IS_ADDR_V4MAPPED(&v6)) return inet_ntop(AF_INET6, &v6, text.data(), text.size());
    bytes.remove_prefix(bytes.size() - sizeof(in_addr));
  }
  if (bytes.size() != sizeof(in_addr)) return {};
  return inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
}

/// The name number `index`; GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE in `type` after the last one.
std::string AlternativeName(gnutls_x509_crt_t certificate, unsigned index, int& type) {
  std::string name(256, '\0');
  std::size_t size = name.size();
  const auto read = [&] {
    return gnutls_x509_crt_get_subject_alt_name(certificate, index, name.data(), &size, nullptr);
  };
  type = read();
  if (type == GNUTLS_E_SHORT_MEMORY_BUFFER) {
    name.resize(size);
    type = read();
  }
  name.resize(type < 0 ? 0 : size);
  return type == GNUTLS_SAN_IPADDRESS ? AddressText(name) : name;
}

gnutls_alert_description_t AlertFor(unsigned status) {
  if ((status & GNUTLS_CERT_EXPIRED) != 0) return GNUTLS_A_CERTIFICATE_EXPIRED;
  if ((status & GNUTLS_CERT_REVOKED) != 0) return GNUTLS_A_CERTIFICATE_REVOKED;
  if ((status & GNUTLS_CERT_SIGNER_NOT_FOUND) != 0) return GNUTLS_A_UNKNOWN_CA;
  return GNUTLS_A_BAD_CERTIFICATE;
}

std::string StatusText(unsigned status) {
  gnutls_datum_t text{};
  if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0) {
    return "its certificate is not trusted";
  }
  std::string line(reinterpret_cast<const char*>(text.data), text.size);
  gnutls_free(text.data);
  while (line.ends_with(' ') || line.ends_with('.')) line.pop_back();
  return line;
}

std::optional<ClientRefusal> CheckChain(gnutls_session_t session) {
  std::string purpose = GNUTLS_KP_TLS_WWW_CLIENT;
  gnutls_typed_vdata_st wanted{.type = GNUTLS_DT_KEY_PURPOSE_OID,
                               .data = reinterpret_cast<unsigned char*>(purpose.data()),
                               .size = 0};
  unsigned status = 0;
  const int outcome = gnutls_certificate_verify_peers(session, &wanted, 1, &status);
  if (outcome < 0) return ClientRefusal{GNUTLS_A_BAD_CERTIFICATE, gnutls_strerror(outcome)};
  if (status != 0) return ClientRefusal{AlertFor(status), StatusText(status)};
  return std::nullopt;
}

Result<std::vector<std::string>> NamesInDer(const gnutls_datum_t& der) {
  gnutls_x509_crt_t raw = nullptr;
  int outcome = gnutls_x509_crt_init(&raw);
  if (outcome < 0) return Fail(gnutls_strerror(outcome));
  const Certificate certificate(raw);
  outcome = gnutls_x509_crt_import(raw, &der, GNUTLS_X509_FMT_DER);
  if (outcome < 0) return Fail(gnutls_strerror(outcome));
  return SubjectAlternativeNames(raw);
}

std::optional<ClientRefusal> CheckNames(const gnutls_datum_t& der,
                                        const std::vector<std::string>& allowed) {
  Result<std::vector<std::string>> names = NamesInDer(der);
  if (!names) return ClientRefusal{GNUTLS_A_BAD_CERTIFICATE, names.error().message};
  const bool is_allowed = std::any_of(names->begin(), names->end(), [&](const std::string& name) {
    return std::find(allowed.begin(), allowed.end(), name) != allowed.end();
  });
  if (is_allowed) return std::nullopt;
  return ClientRefusal{GNUTLS_A_BAD_CERTIFICATE, "its certificate has none of client_allowed_sans"};
}

ClientRefusal NoCertificate(gnutls_session_t session) {
  // The alert that says so is TLS 1.3's.
  const bool has_alert = gnutls_protocol_get_version(session) >= GNUTLS_TLS1_3;
  return {has_alert ? GNUTLS_A_CERTIFICATE_REQUIRED : GNUTLS_A_BAD_CERTIFICATE,
          "it sent no certificate"};
}

}  // namespace

Result<std::vector<std::string>> SubjectAlternativeNames(gnutls_x509_crt_t certificate) {
  std::vector<std::string> names;
  for (unsigned index = 0;; ++index) {
    int type = 0;
    std::string name = AlternativeName(certificate, index, type);
    if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return names;
    if (type < 0) {
      return Fail(std::string("its alternative names cannot be read: ") + gnutls_strerror(type));
    }
    const bool is_text = type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_RFC822NAME ||
                         type == GNUTLS_SAN_URI || type == GNUTLS_SAN_IPADDRESS;
    if (is_text) names.push_back(std::move(name));
  }
}

std::optional<ClientRefusal> CheckClientCertificate(gnutls_session_t session,
                                                    ClientAuth client_auth,
                                                    const std::vector<std::string>& allowed_sans) {
  unsigned count = 0;
  const gnutls_datum_t* certificates = gnutls_certificate_get_peers(session, &count);
  if (certificates == nullptr || count == 0) {
    if (RequiresCertificate(client_auth)) return NoCertificate(session);
    return std::nullopt;
  }
  if (VerifiesCertificate(client_auth)) {
    std::optional<ClientRefusal> refusal = CheckChain(session);
    if (refusal) return refusal;
  }
  if (allowed_sans.empty()) return std::nullopt;
  return CheckNames(certificates[0], allowed_sans);
}

}  // namespace sockdiag::http
