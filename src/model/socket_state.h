#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

/// Every state, with `unknown` last.
inline constexpr std::array kAllStates{
    SocketState::kEstablished, SocketState::kSynSent,   SocketState::kSynRecv,
    SocketState::kFinWait1,    SocketState::kFinWait2,  SocketState::kTimeWait,
    SocketState::kClose,       SocketState::kCloseWait, SocketState::kLastAck,
    SocketState::kListen,      SocketState::kClosing,   SocketState::kUnconnected,
    SocketState::kUnknown};
static_assert(kAllStates.size() == kSocketStateCount);

/// The label value: `established`, `syn_sent`, ... `unconnected`, `unknown`.
[[nodiscard]] constexpr std::string_view Name(SocketState state) {
  constexpr std::array<std::string_view, kSocketStateCount> kNames{
      "unknown", "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",  "time_wait",
      "close",   "close_wait",  "last_ack", "listen",   "closing",   "unconnected"};
  return kNames[static_cast<std::size_t>(state)];
}

/// Position in an array that has one place for each value.
template <typename Enum>
[[nodiscard]] constexpr std::size_t Index(Enum value) {
  return static_cast<std::size_t>(value);
}

}  // namespace sockdiag
