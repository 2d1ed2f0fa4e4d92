#pragma once

#include <cstdint>
#include <vector>

#include "model/protocol.h"
#include "model/socket_state.h"

namespace sockdiag::kernel {

/// One line of `ss -Han`.
struct SsRow {
  Protocol protocol;
  Family family;
  SocketState state;
  std::uint64_t receive_queue;
  std::uint64_t send_queue;
  std::uint16_t local_port;
  /// 0 for `*`.
  std::uint16_t peer_port;
};

/// Every TCP and UDP socket of our namespace as ss shows it. Throws at a line it does not
/// understand.
[[nodiscard]] std::vector<SsRow> ReadSsTable();

}  // namespace sockdiag::kernel
