#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/scrape_deadline.h"
#include "http/encoding.h"
#include "http/listen_address.h"
#include "http/request_target.h"
#include "http/tls/certificate_files.h"
#include "http/tls/client_certificate.h"
#include "http/tls/priorities.h"
#include "tests/fuzz/expect.h"
#include "web/basic_credentials.h"
#include "web/bcrypt.h"

namespace sockdiag::fuzz {
namespace {

/// The parts of a text that a line end separates.
std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The target of a request line, and what the library may have made of it.
void ReadTarget(std::string_view text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const http::RequestTarget target = http::ParseTarget(text.substr(0, end));
  const std::string_view decoded = text.substr(std::min(end + 1, text.size()));
  Expect(target.authority_bytes <= target.text.size());
  if (target.is_valid) Expect(target.text.find_first_of(" \t\r\n") == std::string_view::npos);
  const std::string_view path = http::PathOf(target, decoded);
  Expect(path == "/" || decoded.ends_with(path));
}

void ReadCredentials(std::string_view text) {
  const auto credentials = web::ParseBasicCredentials(text);
  if (!credentials) return;
  Expect(text.size() <= web::kMaxAuthorizationBytes);
  Expect(credentials->user.find_first_of(std::string_view(":\0", 2)) == std::string::npos);
  Expect(credentials->password.find('\0') == std::string::npos);
  Expect(credentials->user.size() + credentials->password.size() < text.size());
}

void ReadAcceptEncoding(std::string_view text) {
  std::string upper(text);
  for (char& letter : upper) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  Expect(http::NegotiateGzip(text) == http::NegotiateGzip(upper));
  if (http::NegotiateGzip(text) != http::GzipUse::kNever) {
    Expect(upper.find("GZIP") != std::string::npos || upper.find('*') != std::string::npos);
  }
}

void ReadListenAddress(std::string_view text) {
  const auto address = http::ParseListenAddress(text);
  if (!address) return Expect(!address.error().message.empty());
  const auto again = http::ParseListenAddress(http::ToText(*address));
  Expect(again && again->kind == address->kind && again->host == address->host &&
         again->port == address->port && again->path == address->path);
}

void ReadScrapeTimeout(std::string_view text) {
  http::Request request;
  request.headers = {{"X-Prometheus-Scrape-Timeout-Seconds", text}};
  const std::chrono::milliseconds time = ScrapeTime(request);
  Expect(time.count() >= 0 && time <= std::chrono::minutes(2));
}

void ReadPem(std::string_view text) {
  http::TlsSettings settings;
  settings.certificate.text = settings.key.text = settings.client_ca.text = text;
  gnutls_certificate_credentials_t credentials = nullptr;
  Expect(gnutls_certificate_allocate_credentials(&credentials) == GNUTLS_E_SUCCESS);
  const auto loaded = http::LoadServerCertificate(settings, credentials);
  if (!loaded) ExpectOneLine(loaded.error());
  if (!text.empty()) {
    const auto ca = http::LoadClientCa(settings, credentials);
    if (!ca) ExpectOneLine(ca.error());
  }
  gnutls_certificate_free_credentials(credentials);
}

/// A client's certificate in DER.
void ReadCertificateNames(std::string_view text) {
  std::string der(text);
  const gnutls_datum_t datum{reinterpret_cast<unsigned char*>(der.data()),
                             static_cast<unsigned>(der.size())};
  gnutls_x509_crt_t certificate = nullptr;
  Expect(gnutls_x509_crt_init(&certificate) == GNUTLS_E_SUCCESS);
  if (gnutls_x509_crt_import(certificate, &datum, GNUTLS_X509_FMT_DER) == GNUTLS_E_SUCCESS) {
    const auto names = http::SubjectAlternativeNames(certificate);
    if (!names) ExpectOneLine(names.error());
  }
  gnutls_x509_crt_deinit(certificate);
}

/// Cipher suites and curves; the first letter chooses versions and key.
void ReadTlsLists(std::string_view text) {
  http::TlsSettings settings;
  const auto choice = static_cast<unsigned char>(text.empty() ? 0 : text.front());
  settings.min_version = static_cast<http::TlsVersion>(choice % 4);
  settings.max_version = static_cast<http::TlsVersion>(choice / 4 % 4);
  if (settings.min_version > settings.max_version) return;
  for (const std::string& line : Lines(text.substr(std::min<std::size_t>(1, text.size())))) {
    const bool is_suite = line.starts_with("TLS_");
    (is_suite ? settings.cipher_suites : settings.curve_preferences).push_back(line);
  }
  const auto key = choice / 16 % 2 == 0 ? GNUTLS_PK_RSA : GNUTLS_PK_ECDSA;
  const auto priorities = http::TlsPriorities::Make(settings, key);
  if (!priorities) Expect(!priorities.error().message.empty());
}

/// Only the cost: the computation takes what the hash says, up to days.
void ReadBcryptCost(std::string_view text) {
  const int cost = web::BcryptCost(std::string(text));
  Expect(cost >= 4 && cost <= 31);
  Expect(web::BcryptCost(web::BcryptDummyHash(cost)) == cost);
}

using Parser = void (*)(std::string_view);
constexpr std::array<Parser, 9> kParsers{
    ReadTarget, ReadCredentials,      ReadAcceptEncoding, ReadListenAddress, ReadScrapeTimeout,
    ReadPem,    ReadCertificateNames, ReadTlsLists,       ReadBcryptCost};

}  // namespace
}  // namespace sockdiag::fuzz

/// GnuTLS 3.7 forgets the key when the public key of its certificate cannot be decoded
/// (gnutls_certificate_set_x509_key()).
extern "C" const char* __lsan_default_suppressions() { return "leak:gnutls_privkey_init\n"; }

/// Any text for what reads the parts of a request, certificates and addresses; the first byte says
/// which, as a digit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag::fuzz;
  RunParser(kParsers, data, size);
  return 0;
}
