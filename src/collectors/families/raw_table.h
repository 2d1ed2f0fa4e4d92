#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sockdiag {

/// What stands in the place of the local port, in a line below the heading of
/// /proc/net/{raw,raw6,icmp,icmp6}: of a raw socket its IP protocol, of a ping socket the
/// identifier of its echoes (`raw_sock_seq_show()` in net/ipv4/raw.c, `ping_v4_format_sock()` in
/// net/ipv4/ping.c, `__ip6_dgram_sock_seq_show()` in net/ipv6/datagram.c).
[[nodiscard]] Result<std::uint16_t> ParseRawLine(std::string_view line);

/// The label `ip_protocol`: the usual name of those that raw sockets are opened for, else the
/// number.
[[nodiscard]] std::string IpProtocolName(std::uint16_t protocol);

}  // namespace sockdiag
