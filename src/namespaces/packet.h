#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <tl/expected.hpp>

#include "base/unique_fd.h"

namespace sockdiag {

/// Both ends of a pair of SOCK_SEQPACKET sockets (unix(7)): packets stay whole and in order, and
/// the end of the other side is seen.
struct PacketPair {
  UniqueFd here;
  UniqueFd there;
};

/// CLOEXEC; an errno when there is none to be had.
[[nodiscard]] tl::expected<PacketPair, int> MakePacketPair();

/// One packet that was received.
struct Packet {
  /// At most one message has so many; more are closed by the kernel and `is_cut`.
  static constexpr std::size_t kMaxFds = 2;

  std::span<const std::byte> bytes;
  std::array<UniqueFd, kMaxFds> fds;
  std::size_t fd_count = 0;
  /// It is longer than the buffer, or has more than kMaxFds.
  bool is_cut = false;
  /// Some of its descriptors could not be received, as this process has none free.
  bool lacks_fds = false;
};

enum class Waiting { kBlock, kNonblock };

/// Sends one packet with at most Packet::kMaxFds descriptors, which stay the caller's. An errno
/// when it could not: EAGAIN when that would have to wait, EPIPE when nobody is there.
[[nodiscard]] tl::expected<void, int> SendPacket(int socket, std::span<const std::byte> bytes,
                                                 std::initializer_list<int> fds, Waiting waiting);

/// Receives one packet into `buffer`, which it points into; an empty one when the other side has
/// ended. Its descriptors are CLOEXEC. An errno when there is none.
[[nodiscard]] tl::expected<Packet, int> ReceivePacket(int socket, std::span<std::byte> buffer,
                                                      Waiting waiting);

}  // namespace sockdiag
