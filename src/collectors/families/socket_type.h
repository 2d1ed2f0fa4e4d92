#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string_view>

namespace sockdiag {

/// The label `type`, from a type of socket(2); `unknown` for one that is none.
[[nodiscard]] constexpr std::string_view SocketTypeName(std::uint8_t type) {
  switch (type) {
    case SOCK_STREAM:
      return "stream";
    case SOCK_DGRAM:
      return "datagram";
    case SOCK_RAW:
      return "raw";
    case SOCK_SEQPACKET:
      return "seqpacket";
    case SOCK_PACKET:
      return "packet";
    default:
      return "unknown";
  }
}

}  // namespace sockdiag
