#pragma once

#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace sockdiag {

/// One of the kernel's kinds of sockets.
struct SocketKind {
  /// As the kernel has it: `XDP`, `UDP-Lite`, `CAN_RAW`. It points into the line.
  std::string_view name;
  /// Of one network namespace. Not every kind counts its sockets.
  std::int64_t sockets;
};

/// A line of /proc/net/protocols, below its heading: `protocol size sockets ...`
/// (`proto_seq_printf()` in net/core/sock.c).
[[nodiscard]] Result<SocketKind> ParseProtocolsLine(std::string_view line);

}  // namespace sockdiag
