#include "http/tls/cipher_suites.h"

#include <algorithm>
#include <utility>

namespace sockdiag::http {
namespace {

constexpr std::string_view kAes128Gcm = "AES-128-GCM";
constexpr std::string_view kAes256Gcm = "AES-256-GCM";
constexpr std::string_view kAes128Cbc = "AES-128-CBC";
constexpr std::string_view kAes256Cbc = "AES-256-CBC";
constexpr std::string_view kChaCha20 = "CHACHA20-POLY1305";
constexpr std::string_view kAead = "AEAD";
constexpr std::string_view kSha1 = "SHA1";

using enum KeyExchange;

// clang-format off
constexpr std::array<CipherSuite, 17> kCipherSuites{{
    {"TLS_AES_128_GCM_SHA256", {0x13, 0x01}, kTls13, kAes128Gcm, kAead},
    {"TLS_AES_256_GCM_SHA384", {0x13, 0x02}, kTls13, kAes256Gcm, kAead},
    {"TLS_CHACHA20_POLY1305_SHA256", {0x13, 0x03}, kTls13, kChaCha20, kAead},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", {0xC0, 0x09}, kEcdheEcdsa, kAes128Cbc, kSha1},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", {0xC0, 0x0A}, kEcdheEcdsa, kAes256Cbc, kSha1},
    {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", {0xC0, 0x2B}, kEcdheEcdsa, kAes128Gcm, kAead},
    {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", {0xC0, 0x2C}, kEcdheEcdsa, kAes256Gcm, kAead},
    {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", {0xCC, 0xA9}, kEcdheEcdsa, kChaCha20, kAead},
    {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", {0xC0, 0x13}, kEcdheRsa, kAes128Cbc, kSha1},
    {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", {0xC0, 0x14}, kEcdheRsa, kAes256Cbc, kSha1},
    {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", {0xC0, 0x2F}, kEcdheRsa, kAes128Gcm, kAead},
    {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", {0xC0, 0x30}, kEcdheRsa, kAes256Gcm, kAead},
    {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", {0xCC, 0xA8}, kEcdheRsa, kChaCha20, kAead},
    {"TLS_RSA_WITH_AES_128_CBC_SHA", {0x00, 0x2F}, kRsa, kAes128Cbc, kSha1},
    {"TLS_RSA_WITH_AES_256_CBC_SHA", {0x00, 0x35}, kRsa, kAes256Cbc, kSha1},
    {"TLS_RSA_WITH_AES_128_GCM_SHA256", {0x00, 0x9C}, kRsa, kAes128Gcm, kAead},
    {"TLS_RSA_WITH_AES_256_GCM_SHA384", {0x00, 0x9D}, kRsa, kAes256Gcm, kAead},
}};
// clang-format on

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kGroups{{
    {"CurveP256", "GROUP-SECP256R1"},
    {"CurveP384", "GROUP-SECP384R1"},
    {"CurveP521", "GROUP-SECP521R1"},
    {"X25519", "GROUP-X25519"},
}};

}  // namespace

std::span<const CipherSuite> CipherSuites() { return kCipherSuites; }

std::optional<CipherSuite> FindCipherSuite(std::string_view go_name) {
  const auto* const found = std::find_if(kCipherSuites.begin(), kCipherSuites.end(),
                                         [&](const auto& suite) { return suite.name == go_name; });
  if (found == kCipherSuites.end()) return std::nullopt;
  return *found;
}

std::string_view FindGroup(std::string_view go_name) {
  const auto* const found = std::find_if(kGroups.begin(), kGroups.end(),
                                         [&](const auto& group) { return group.first == go_name; });
  return found == kGroups.end() ? std::string_view() : found->second;
}

}  // namespace sockdiag::http
