#include "model/socket_state.h"

namespace sockdiag {

SocketState StateFromKernel(Protocol protocol, std::uint8_t state) {
  if (protocol == Protocol::kUdp) {
    if (state == Index(SocketState::kEstablished)) return SocketState::kEstablished;
    if (state == Index(SocketState::kClose)) return SocketState::kUnconnected;
    return SocketState::kUnknown;
  }
  if (state >= Index(SocketState::kEstablished) && state <= Index(SocketState::kClosing)) {
    return static_cast<SocketState>(state);
  }
  return SocketState::kUnknown;
}

std::string_view Name(SocketState state) {
  constexpr std::array<std::string_view, kSocketStateCount> kNames{
      "unknown", "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",  "time_wait",
      "close",   "close_wait",  "last_ack", "listen",   "closing",   "unconnected"};
  return kNames[Index(state)];
}

bool CanOccur(SocketState state, Direction direction) {
  switch (state) {
    case SocketState::kListen:
    case SocketState::kSynRecv:
    case SocketState::kUnconnected:
      return direction == Direction::kInbound;
    case SocketState::kSynSent:
      return direction == Direction::kOutbound;
    default:
      return true;
  }
}

}  // namespace sockdiag
