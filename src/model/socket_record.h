#pragma once

#include <cstdint>

#include "model/endpoint.h"
#include "model/protocol.h"
#include "model/socket_state.h"

namespace sockdiag {

/// What a TCP socket's timer waits for, ss's `timer:`.
enum class SocketTimer : std::uint8_t { kNone, kRetransmit, kKeepalive, kTimeWait, kZeroWindow };

/// One socket as a dump shows it.
struct SocketRecord {
  Protocol protocol = Protocol::kTcp;
  Family family = Family::kIpv4;
  SocketState state = SocketState::kUnknown;
  /// IPV6_V6ONLY; known only of IPv6 sockets that listen (TCP) or are unconnected (UDP).
  bool ipv6_only = false;
  SocketTimer timer = SocketTimer::kNone;
  /// How often the timer has gone off without an answer.
  std::uint8_t retransmits = 0;
  /// ss's `ino:` is not 0. A connection has none while it waits for accept().
  bool has_inode = true;
  /// Unique for the socket's life, whatever its state; 0 when the kernel gives none.
  std::uint64_t cookie = 0;
  /// The cgroup2 id: the inode number of the cgroup's folder. 0 where that was not asked for, and
  /// of sockets in TIME_WAIT and SYN_RECV, which have none.
  std::uint64_t cgroup_id = 0;
  Endpoint local;
  /// All zero when there is no peer.
  Endpoint remote;
  /// ss's Recv-Q and Send-Q. Bytes; but in LISTEN the connections that wait for accept() and the
  /// backlog that bounds them.
  std::uint32_t receive_queue = 0;
  std::uint32_t send_queue = 0;
  /// Of a socket that listens or is unconnected, where that was asked for: bytes that wait in its
  /// receive buffer, with what the kernel needs to keep them, the limit of these, and what it has
  /// dropped since it was made.
  std::uint32_t receive_buffer_bytes = 0;
  std::uint32_t receive_buffer_limit_bytes = 0;
  std::uint32_t drops = 0;
  /// Milliseconds since the peer's last acknowledgement; 0 where that was not asked for.
  std::uint32_t last_ack_ms = 0;
};

/// Whether a socket takes connections or waits for whoever sends.
[[nodiscard]] constexpr bool IsListening(const SocketRecord& record) {
  return record.state == Traits(record.protocol).listening;
}

/// Whether its queues count connections instead of bytes.
[[nodiscard]] constexpr bool HasBacklog(const SocketRecord& record) {
  return IsListening(record) && Traits(record.protocol).queue_is_backlog;
}

/// How full its accept queue is, of a socket that HasBacklog(): length / limit. One more than the
/// backlog may wait (sk_acceptq_is_full() in the kernel's net/sock.h), so a backlog of 0 is full
/// with one.
[[nodiscard]] constexpr double ListenQueueSaturation(const SocketRecord& listener) {
  const std::uint32_t limit = listener.send_queue == 0 ? 1 : listener.send_queue;
  return static_cast<double>(listener.receive_queue) / static_cast<double>(limit);
}

/// Whether it is a connection that no accept() has taken yet. One that a program has given up has
/// no inode either, and is in other states.
[[nodiscard]] constexpr bool IsUnaccepted(const SocketRecord& record) {
  return !record.has_inode && Traits(record.protocol).has_connections &&
         (record.state == SocketState::kEstablished || record.state == SocketState::kCloseWait);
}

/// Whether it sends again what the peer did not acknowledge, be it a SYN.
[[nodiscard]] constexpr bool IsRetransmitting(const SocketRecord& record) {
  return record.timer == SocketTimer::kRetransmit && record.retransmits != 0;
}

/// Where records go while a dump is read; each is valid only during the call.
class SocketSink {
 public:
  virtual ~SocketSink() = default;
  virtual void Add(const SocketRecord& record) = 0;
};

}  // namespace sockdiag
