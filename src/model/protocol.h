#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/direction.h"
#include "model/socket_state.h"

namespace sockdiag {

/// The transport protocols whose sockets are counted.
enum class Protocol : std::uint8_t { kTcp, kUdp };
inline constexpr std::array kProtocols{Protocol::kTcp, Protocol::kUdp};

/// The socket's own family: a dual-stack socket that talks IPv4 is kIpv6, as in the kernel's table.
enum class Family : std::uint8_t { kIpv4, kIpv6 };
inline constexpr std::array kFamilies{Family::kIpv4, Family::kIpv6};

[[nodiscard]] constexpr std::string_view Name(Family family) {
  return family == Family::kIpv4 ? "ipv4" : "ipv6";
}

/// What sets the sockets of one protocol apart from those of another.
struct ProtocolTraits {
  /// The label value.
  std::string_view name;
  /// Every state that this program knows, in the kernel's order.
  std::span<const SocketState> states;
  /// A socket in it takes connections, or datagrams from whoever sends.
  SocketState listening;
  /// What the kernel's TCP_CLOSE, 7, says of a socket.
  SocketState closed;
  /// Whether its sockets are connections: accepted, acknowledged, half closed.
  bool has_connections;
  /// Whether the queues of a listening socket count the connections that wait for accept(), and the
  /// backlog that bounds them, instead of bytes.
  bool queue_is_backlog;
  /// Whether sockets stay in states that are worth watching between scrapes.
  bool has_watched_states;
  /// Whether outgoing connections take local ports that can run out.
  bool takes_ephemeral_ports;
  /// Whether a client's socket is in the listening state, too, until it connects.
  bool clients_look_like_listeners;
};

/// By Protocol.
inline constexpr std::array<ProtocolTraits, kProtocols.size()> kProtocolTraits{{
    {.name = "tcp",
     .states = kTcpStates,
     .listening = SocketState::kListen,
     .closed = SocketState::kClose,
     .has_connections = true,
     .queue_is_backlog = true,
     .has_watched_states = true,
     .takes_ephemeral_ports = true,
     .clients_look_like_listeners = false},
    {.name = "udp",
     .states = kUdpStates,
     .listening = SocketState::kUnconnected,
     .closed = SocketState::kUnconnected,
     .has_connections = false,
     .queue_is_backlog = false,
     .has_watched_states = false,
     .takes_ephemeral_ports = false,
     .clients_look_like_listeners = true},
}};

[[nodiscard]] constexpr const ProtocolTraits& Traits(Protocol protocol) {
  return kProtocolTraits[Index(protocol)];
}
/// The one whose sockets are watched.
inline constexpr Protocol kWatchedProtocol = Protocol::kTcp;
static_assert(Traits(kWatchedProtocol).has_watched_states);
[[nodiscard]] constexpr std::string_view Name(Protocol protocol) { return Traits(protocol).name; }
[[nodiscard]] constexpr std::span<const SocketState> States(Protocol protocol) {
  return Traits(protocol).states;
}

/// The protocol with this label value; nothing when there is none.
[[nodiscard]] std::optional<Protocol> ProtocolFromName(std::string_view name);

/// From the number in `idiag_state`; kUnknown for one that the protocol has not.
[[nodiscard]] SocketState StateFromKernel(Protocol protocol, std::uint8_t state);
/// The other way round, for a state of the protocol.
[[nodiscard]] std::uint8_t KernelNumber(Protocol protocol, SocketState state);

}  // namespace sockdiag
