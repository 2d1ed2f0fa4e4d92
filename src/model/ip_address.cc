#include "model/ip_address.h"

#include <arpa/inet.h>

#include <cstring>

namespace sockdiag {
std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  const std::string terminated(text);
  if (terminated.size() != std::strlen(terminated.c_str())) return std::nullopt;
  std::array<std::byte, 4> ipv4;
  if (inet_pton(AF_INET, terminated.c_str(), ipv4.data()) == 1) return FromIpv4(ipv4);
  std::array<std::byte, 16> ipv6;
  if (inet_pton(AF_INET6, terminated.c_str(), ipv6.data()) == 1) return FromIpv6(ipv6);
  return std::nullopt;
}

std::string IpAddress::ToString() const {
  std::array<std::uint8_t, 16> bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high_ >> (56 - 8 * i));
    bytes[i + 8] = static_cast<std::uint8_t>(low_ >> (56 - 8 * i));
  }
  std::array<char, INET6_ADDRSTRLEN> text;
  const bool ipv4 = IsIpv4();
  const void* source = ipv4 ? &bytes[12] : bytes.data();
  return inet_ntop(ipv4 ? AF_INET : AF_INET6, source, text.data(), text.size());
}

}  // namespace sockdiag
