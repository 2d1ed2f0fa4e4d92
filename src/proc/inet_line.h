#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "proc/scanner.h"

namespace sockdiag {

/// One end of a socket, as in `0100007F:1F90`.
struct InetEnd {
  /// In network order; of IPv4 the first four bytes.
  std::array<std::byte, 16> address{};
  /// 4 or 16.
  std::size_t address_bytes = 0;
  /// In host order.
  std::uint16_t port = 0;
};

/// Takes one end: the address in words of 32 bits, each as the machine reads what is in network
/// order, then the port. Nothing when the text goes on with something else.
[[nodiscard]] std::optional<InetEnd> TakeInetEnd(Scanner& words);

/// A socket in a table of /proc/net whose heading has `local_address`: tcp, udp and their IPv6
/// siblings (get_tcp4_sock() in the kernel's net/ipv4/tcp_ipv4.c, udp4_format_sock() in
/// net/ipv4/udp.c, get_tcp6_sock() in net/ipv6/tcp_ipv6.c, __ip6_dgram_sock_seq_show() in
/// net/ipv6/datagram.c).
struct InetLine {
  InetEnd local;
  /// All zero when there is no peer.
  InetEnd remote;
  /// As `idiag_state` has it.
  std::uint8_t state = 0;
  /// In bytes; of a TCP listener 0 and the connections that wait for accept().
  std::uint32_t send_queue = 0;
  std::uint32_t receive_queue = 0;
  /// As `idiag_timer` has it.
  std::uint8_t timer = 0;
  /// Segments that were sent again without an answer.
  std::uint32_t retransmits = 0;
  /// Probes, of keepalive or of a closed window, without an answer; the column `timeout`.
  std::uint32_t probes = 0;
  /// 0 when nobody has a descriptor of it.
  std::uint64_t inode = 0;
  /// What differs between the tables: behind the pointer. Of UDP the drops.
  std::string_view rest;
};

/// From a line below the heading, which must outlive what is given. An error when it is no such
/// line, or not the whole of one.
[[nodiscard]] Result<InetLine> ParseInetLine(std::string_view line);

}  // namespace sockdiag
