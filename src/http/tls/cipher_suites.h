#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sockdiag::http {

/// How a cipher suite exchanges keys, and what key of the server it signs or decrypts with.
enum class KeyExchange { kEcdheEcdsa, kEcdheRsa, kRsa, kTls13 };

/// A cipher suite as Go's crypto/tls names it, and the parts by which GnuTLS selects it.
struct CipherSuite {
  std::string_view name;
  /// As on the wire: https://www.iana.org/assignments/tls-parameters (TLS Cipher Suites).
  std::array<std::uint8_t, 2> id;
  KeyExchange key_exchange;
  /// Words of a GnuTLS priority string.
  std::string_view cipher;
  std::string_view mac;
};

/// What Go's tls.CipherSuites() lists, and the RSA key exchanges that it listed until Go 1.22.
[[nodiscard]] std::span<const CipherSuite> CipherSuites();

[[nodiscard]] std::optional<CipherSuite> FindCipherSuite(std::string_view go_name);

/// The word of a GnuTLS priority string for a curve by Go's name; empty: unknown.
[[nodiscard]] std::string_view FindGroup(std::string_view go_name);

}  // namespace sockdiag::http
