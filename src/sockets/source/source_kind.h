#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "model/protocol.h"

namespace sockdiag {

/// Where the sockets of a dump came from; the label `source` of sockdiag_socket_source.
enum class SourceKind : std::uint8_t {
  kNetlink,  ///< sock_diag
  kProc,     ///< the tables of /proc/net
};
inline constexpr std::array kSourceKinds{SourceKind::kNetlink, SourceKind::kProc};

/// The label value.
[[nodiscard]] constexpr std::string_view Name(SourceKind source) {
  return source == SourceKind::kNetlink ? "netlink" : "proc";
}

/// Whether it tells SocketRecord::cgroup_id.
[[nodiscard]] constexpr bool TellsOwners(SourceKind source) {
  return source == SourceKind::kNetlink;
}

/// Whether it tells SocketRecord::drops. /proc has no such column for TCP.
[[nodiscard]] constexpr bool TellsDrops(SourceKind source, Protocol protocol) {
  return source == SourceKind::kNetlink || protocol == Protocol::kUdp;
}

/// Whether it tells what bounds the queues of listeners and of receivers: the backlog, which is
/// SocketRecord::send_queue of a TCP listener, and the limit of the receive buffer.
[[nodiscard]] constexpr bool TellsLimits(SourceKind source) {
  return source == SourceKind::kNetlink;
}

/// What the configuration says of it, `source`.
enum class SourceChoice : std::uint8_t {
  kAuto,     ///< sock_diag, and /proc where that is missing or denied
  kNetlink,  ///< sock_diag alone
  kProc,     ///< /proc alone
};

}  // namespace sockdiag
