#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>

#include "model/protocol.h"

namespace sockdiag {

/// AF_INET or AF_INET6, as the structs of sock_diag and rtnetlink have it in their first byte.
[[nodiscard]] constexpr std::uint8_t AddressFamily(Family family) {
  return family == Family::kIpv4 ? AF_INET : AF_INET6;
}

/// Nothing for any other, such as bridges' and MPLS's.
[[nodiscard]] constexpr std::optional<Family> FamilyFromAddressFamily(std::uint8_t family) {
  if (family == AF_INET) return Family::kIpv4;
  if (family == AF_INET6) return Family::kIpv6;
  return std::nullopt;
}

}  // namespace sockdiag
