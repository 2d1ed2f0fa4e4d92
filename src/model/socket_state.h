#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/protocol.h"

namespace sockdiag {

/// The state of a socket. TCP states have the kernel's numbers (`include/net/tcp_states.h`); a UDP
/// socket is kEstablished when connected, else kUnconnected. kUnknown holds what a newer kernel
/// adds.
enum class SocketState : std::uint8_t {
  kUnknown = 0,
  kEstablished = 1,
  kSynSent = 2,
  kSynRecv = 3,
  kFinWait1 = 4,
  kFinWait2 = 5,
  kTimeWait = 6,
  kClose = 7,
  kCloseWait = 8,
  kLastAck = 9,
  kListen = 10,
  kClosing = 11,
  kUnconnected = 12,
};
inline constexpr std::size_t kSocketStateCount = 13;

/// Every state of each protocol that this program knows, in the kernel's order.
inline constexpr std::array kTcpStates{
    SocketState::kEstablished, SocketState::kSynSent,   SocketState::kSynRecv,
    SocketState::kFinWait1,    SocketState::kFinWait2,  SocketState::kTimeWait,
    SocketState::kClose,       SocketState::kCloseWait, SocketState::kLastAck,
    SocketState::kListen,      SocketState::kClosing};
inline constexpr std::array kUdpStates{SocketState::kEstablished, SocketState::kUnconnected};

[[nodiscard]] constexpr std::span<const SocketState> States(Protocol protocol) {
  if (protocol == Protocol::kTcp) return kTcpStates;
  return kUdpStates;
}

/// From the number in `idiag_state`. State 7 is TCP_CLOSE; for UDP it means "not connected".
[[nodiscard]] SocketState StateFromKernel(Protocol protocol, std::uint8_t state);

/// The label value: `established`, `syn_sent`, ... `unconnected`, `unknown`.
[[nodiscard]] std::string_view Name(SocketState state);

/// Whether a socket of this direction can ever be in this state: a service that we only connect to
/// has no LISTEN or SYN_RECV, one that we serve no SYN_SENT.
[[nodiscard]] bool CanOccur(SocketState state, Direction direction);

}  // namespace sockdiag
