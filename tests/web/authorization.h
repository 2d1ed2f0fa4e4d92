#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace sockdiag::web {

/// What a client puts into its Authorization header.
inline std::string Authorization(const std::string& user, const std::string& password) {
  constexpr const char* kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string text = user + ":" + password;
  std::string encoded = "Basic ";
  for (std::size_t i = 0; i < text.size(); i += 3) {
    const auto byte_at = [&](std::size_t at) {
      return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
    };
    const unsigned group = byte_at(i) << 16 | byte_at(i + 1) << 8 | byte_at(i + 2);
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const bool is_padding = i + digit > text.size();
      encoded += is_padding ? '=' : kAlphabet[group >> (18 - 6 * digit) & 0x3f];
    }
  }
  return encoded;
}

}  // namespace sockdiag::web
