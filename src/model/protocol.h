#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sockdiag {

/// The transport protocols whose sockets are counted.
enum class Protocol : std::uint8_t { kTcp, kUdp };
inline constexpr std::array kProtocols{Protocol::kTcp, Protocol::kUdp};

/// The socket's own family: a dual-stack socket that talks IPv4 is kIpv6, as in the kernel's table.
enum class Family : std::uint8_t { kIpv4, kIpv6 };
inline constexpr std::array kFamilies{Family::kIpv4, Family::kIpv6};

/// Which side of the connection the service is on: kInbound when this host serves.
enum class Direction : std::uint8_t { kInbound, kOutbound };
inline constexpr std::array kDirections{Direction::kInbound, Direction::kOutbound};

/// Label values.
[[nodiscard]] constexpr std::string_view Name(Protocol protocol) {
  return protocol == Protocol::kTcp ? "tcp" : "udp";
}
[[nodiscard]] constexpr std::string_view Name(Family family) {
  return family == Family::kIpv4 ? "ipv4" : "ipv6";
}
[[nodiscard]] constexpr std::string_view Name(Direction direction) {
  return direction == Direction::kInbound ? "inbound" : "outbound";
}

/// Position in an array that has one place for each value.
template <typename Enum>
[[nodiscard]] constexpr std::size_t Index(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace sockdiag
