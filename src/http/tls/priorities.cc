#include "http/tls/priorities.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "http/tls/cipher_suites.h"

namespace sockdiag::http {
namespace {

constexpr std::string_view kSuites = "tls_server_config.cipher_suites: ";
constexpr std::string_view kCurves = "tls_server_config.curve_preferences: ";

std::string Versions(TlsVersion min, TlsVersion max) {
  constexpr std::array<std::string_view, 4> kWords{"TLS1.0", "TLS1.1", "TLS1.2", "TLS1.3"};
  std::string text = ":-VERS-ALL";
  for (auto version = static_cast<int>(max); version >= static_cast<int>(min); --version) {
    text.append(":+VERS-").append(kWords[static_cast<std::size_t>(version)]);
  }
  return text;
}

Result<std::string> Groups(const std::vector<std::string>& curves) {
  // Go's order. The library's own begins with P-256, for which a client of TLS 1.3 that guessed
  // X25519, as OpenSSL's and Go's do, is sent back once more.
  constexpr std::string_view kDefault =
      ":-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+GROUP-SECP521R1";
  if (curves.empty()) return std::string(kDefault);
  std::string text = ":-GROUP-ALL";
  for (const std::string& curve : curves) {
    const std::string_view group = FindGroup(curve);
    if (group.empty()) {
      return Fail(std::string(kCurves) + "\"" + curve +
                  "\" is not one of CurveP256, CurveP384, CurveP521, X25519");
    }
    text.append(":+").append(group);
  }
  return text;
}

Result<std::vector<CipherSuite>> FindAll(const std::vector<std::string>& names) {
  std::vector<CipherSuite> suites;
  for (const std::string& name : names) {
    const std::optional<CipherSuite> suite = FindCipherSuite(name);
    if (!suite) return Fail(std::string(kSuites) + "unknown cipher suite \"" + name + "\"");
    suites.push_back(*suite);
  }
  return suites;
}

bool IsRsa(gnutls_pk_algorithm_t key) { return key == GNUTLS_PK_RSA || key == GNUTLS_PK_RSA_PSS; }

bool Suits(const CipherSuite& suite, gnutls_pk_algorithm_t key) {
  switch (suite.key_exchange) {
    case KeyExchange::kEcdheEcdsa:
      return !IsRsa(key);
    case KeyExchange::kEcdheRsa:
      return IsRsa(key);
    case KeyExchange::kRsa:
      return key == GNUTLS_PK_RSA;
    case KeyExchange::kTls13:
      break;
  }
  return false;
}

std::string_view Word(KeyExchange key_exchange) {
  switch (key_exchange) {
    case KeyExchange::kEcdheEcdsa:
      return "ECDHE-ECDSA";
    case KeyExchange::kEcdheRsa:
      return "ECDHE-RSA";
    case KeyExchange::kRsa:
    case KeyExchange::kTls13:
      break;
  }
  return "RSA";
}

/// Every key exchange, cipher and MAC of the suites, once, in the suites' order.
std::string Parts(const std::vector<CipherSuite>& suites) {
  std::string text = ":-KX-ALL:-CIPHER-ALL:-MAC-ALL:";
  const auto add = [&](std::string_view word) {
    const std::string part = "+" + std::string(word) + ":";
    if (text.find(":" + part) == std::string::npos) text += part;
  };
  for (const CipherSuite& suite : suites) {
    add(Word(suite.key_exchange));
    add(suite.cipher);
    add(suite.mac);
  }
  text.pop_back();
  return text;
}

/// Of a restriction to these, nothing is left for older versions.
bool AreAllForTls13(const std::vector<CipherSuite>& suites) {
  return !suites.empty() && std::all_of(suites.begin(), suites.end(), [](const auto& suite) {
    return suite.key_exchange == KeyExchange::kTls13;
  });
}

/// The name of a suite that a priority string allows although it is not among `asked`.
std::optional<std::string> FindSurplus(gnutls_priority_t priority,
                                       const std::vector<CipherSuite>& asked) {
  unsigned suite = 0;
  for (unsigned index = 0;; ++index) {
    const int found = gnutls_priority_get_cipher_suite_index(priority, index, &suite);
    if (found == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return std::nullopt;
    std::array<std::uint8_t, 2> id{};
    const char* name =
        found < 0 ? nullptr
                  : gnutls_cipher_suite_info(suite, id.data(), nullptr, nullptr, nullptr, nullptr);
    if (name == nullptr) continue;  // This combination of parts is no suite.
    const bool is_asked = std::any_of(asked.begin(), asked.end(),
                                      [&](const CipherSuite& one) { return one.id == id; });
    if (!is_asked) return name;
  }
}

bool Offers(gnutls_priority_t priority, gnutls_protocol_t version) {
  const unsigned* versions = nullptr;
  const int count = gnutls_priority_protocol_list(priority, &versions);
  return std::find(versions, versions + std::max(count, 0), static_cast<unsigned>(version)) !=
         versions + std::max(count, 0);
}

std::string Precedence(const TlsSettings& settings) {
  return settings.prefer_server_cipher_suites ? ":%SERVER_PRECEDENCE" : "";
}

}  // namespace

std::string ToString(TlsVersion version) {
  constexpr std::array<std::string_view, 4> kNames{"TLS10", "TLS11", "TLS12", "TLS13"};
  return std::string(kNames.at(static_cast<std::size_t>(version)));
}

Result<TlsPriorities::Priority> TlsPriorities::Compile(const std::string& text) {
  gnutls_priority_t priority = nullptr;
  const int outcome = gnutls_priority_init(&priority, text.c_str(), nullptr);
  if (outcome != GNUTLS_E_SUCCESS) {
    return Fail("tls_server_config: GnuTLS refuses the priorities " + text + ": " +
                gnutls_strerror(outcome));
  }
  return Priority(priority);
}

Result<TlsPriorities::Priority> TlsPriorities::CompileRestricted(const std::string& versions,
                                                                 std::vector<CipherSuite> suites,
                                                                 gnutls_pk_algorithm_t key,
                                                                 const std::string& rest) {
  std::erase_if(suites, [&](const CipherSuite& suite) { return !Suits(suite, key); });
  if (suites.empty()) {
    return Fail(std::string(kSuites) + "none of them is for TLS 1.2 or older and a key of type " +
                gnutls_pk_get_name(key) + ", as the server's is");
  }
  Result<Priority> priority = Compile("NORMAL" + versions + Parts(suites) + rest);
  if (!priority) return priority;
  const std::optional<std::string> surplus = FindSurplus(priority->get(), suites);
  if (surplus) {
    return Fail(std::string(kSuites) + "GnuTLS cannot offer these without " + *surplus);
  }
  return priority;
}

Result<TlsPriorities> TlsPriorities::Make(const TlsSettings& settings, gnutls_pk_algorithm_t key) {
  TlsVersion min = settings.min_version;
  const TlsVersion max = settings.max_version;
  if (min > max) {
    return Fail("tls_server_config.min_version: " + ToString(min) + " is above max_version " +
                ToString(max));
  }
  const Result<std::vector<CipherSuite>> suites = FindAll(settings.cipher_suites);
  if (!suites) return tl::unexpected(suites.error());
  const Result<std::string> groups = Groups(settings.curve_preferences);
  if (!groups) return tl::unexpected(groups.error());
  const std::string rest = *groups + Precedence(settings);

  if (max == TlsVersion::kTls13 && AreAllForTls13(*suites)) min = max;
  TlsPriorities made;
  // Forward secrecy only, as Go offers when nothing is said.
  Result<Priority> all =
      Compile("NORMAL" + Versions(min, max) + ":-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA" + rest);
  if (!all) return tl::unexpected(all.error());
  made.all_ = std::move(*all);
  if (suites->empty() || min == TlsVersion::kTls13) return made;
  Result<Priority> restricted =
      CompileRestricted(Versions(min, std::min(max, TlsVersion::kTls12)), *suites, key, rest);
  if (!restricted) return tl::unexpected(restricted.error());
  made.up_to_tls12_ = std::move(*restricted);
  return made;
}

int TlsPriorities::Set(gnutls_session_t session) const {
  return gnutls_priority_set(session, all_.get());
}

int TlsPriorities::SetForAgreedVersion(gnutls_session_t session) const {
  const gnutls_protocol_t version = gnutls_protocol_get_version(session);
  // A client of TLS 1.2 gets as far as here also when only TLS 1.3 is offered.
  if (!Offers(all_.get(), version)) return GNUTLS_E_UNSUPPORTED_VERSION_PACKET;
  if (!up_to_tls12_ || version >= GNUTLS_TLS1_3) return 0;
  return gnutls_priority_set(session, up_to_tls12_.get());
}

}  // namespace sockdiag::http
