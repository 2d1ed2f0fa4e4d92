#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/socket_state.h"

namespace sockdiag {

/// Which side of the connection the service is on: kInbound when this host serves.
enum class Direction : std::uint8_t { kInbound, kOutbound };
inline constexpr std::array kDirections{Direction::kInbound, Direction::kOutbound};

/// The label value.
[[nodiscard]] constexpr std::string_view Name(Direction direction) {
  return direction == Direction::kInbound ? "inbound" : "outbound";
}

/// The direction that a state decides by itself: who listens or answers a handshake serves, who
/// begins one does not. Nothing when it decides none.
[[nodiscard]] constexpr std::optional<Direction> DirectionOf(SocketState state) {
  switch (state) {
    case SocketState::kListen:
    case SocketState::kSynRecv:
    case SocketState::kUnconnected:
      return Direction::kInbound;
    case SocketState::kSynSent:
      return Direction::kOutbound;
    default:
      return std::nullopt;
  }
}

/// Whether a socket of this direction can ever be in this state: a service that we only connect to
/// has no LISTEN or SYN_RECV, one that we serve no SYN_SENT.
[[nodiscard]] constexpr bool CanOccur(SocketState state, Direction direction) {
  return DirectionOf(state).value_or(direction) == direction;
}

}  // namespace sockdiag
