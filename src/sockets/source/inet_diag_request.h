#pragma once

#include <cstdint>

#include "model/protocol.h"
#include "model/state_set.h"
#include "netlink/dump_request.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// All TCP sockets, IPv4 and IPv6 in one walk of the kernel's table: the legacy TCPDIAG_GETSOCK
/// request, a 60-byte `inet_diag_req` (`uapi/linux/inet_diag.h`). INET_DIAG_INFO is asked for where
/// `last_ack` is wanted, INET_DIAG_SKMEMINFO where `memory` is, no other extension, and only states
/// that are named: an all-ones mask would also ask newer kernels for BOUND_INACTIVE sockets, which
/// are slow and reply as CLOSE.
[[nodiscard]] DumpRequest TcpDumpRequest(const WantedSockets& wanted, std::uint32_t sequence);

/// UDP sockets of one family: SOCK_DIAG_BY_FAMILY with a 56-byte `inet_diag_req_v2`.
[[nodiscard]] DumpRequest UdpDumpRequest(Family family, const WantedSockets& wanted,
                                         std::uint32_t sequence);

}  // namespace sockdiag
