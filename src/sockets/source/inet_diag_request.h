#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "model/protocol.h"
#include "model/state_set.h"

namespace sockdiag {

/// A netlink request for a dump, ready to send, and what its answers must look like.
struct DumpRequest {
  static constexpr std::size_t kMaxSize = 80;

  alignas(4) std::array<std::byte, kMaxSize> bytes{};
  std::size_t size = 0;
  /// nlmsg_seq of the request and of every answer.
  std::uint32_t sequence = 0;
  /// nlmsg_type of the answers that carry a socket.
  std::uint16_t record_type = 0;
  Protocol protocol = Protocol::kTcp;

  [[nodiscard]] std::span<const std::byte> Bytes() const { return std::span(bytes).first(size); }
};

/// All TCP sockets, IPv4 and IPv6 in one walk of the kernel's table: the legacy TCPDIAG_GETSOCK
/// request, a 60-byte `inet_diag_req` (`uapi/linux/inet_diag.h`). No extensions are asked for, and
/// only states that are named: an all-ones mask would also ask newer kernels for BOUND_INACTIVE
/// sockets, which are slow and reply as CLOSE.
[[nodiscard]] DumpRequest TcpDumpRequest(const StateSet& states, std::uint32_t sequence);

/// UDP sockets of one family: SOCK_DIAG_BY_FAMILY with a 56-byte `inet_diag_req_v2`.
[[nodiscard]] DumpRequest UdpDumpRequest(Family family, const StateSet& states,
                                         std::uint32_t sequence);

}  // namespace sockdiag
