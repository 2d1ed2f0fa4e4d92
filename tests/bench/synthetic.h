#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "collectors/socket_memory.h"
#include "model/socket_record.h"
#include "sockets/naming/service_rule.h"
#include "sockets/naming/services_database.h"

namespace sockdiag::bench {

using Datagram = std::vector<std::byte>;

inline constexpr std::uint32_t kSequence = 1;
inline constexpr std::uint32_t kPortId = 1;
inline constexpr PortRange kEphemeral{Port::FromHost(32768), Port::FromHost(60999)};

/// 10.x.y.z of the n-th host; the hosts have no order in memory.
[[nodiscard]] IpAddress Host(std::size_t n);

/// The n-th of a busy host's established sockets: every other one inbound to a few service ports
/// (local 10.0.0.1), the others outbound to a few services on many hosts.
[[nodiscard]] SocketRecord Established(std::size_t n);

/// Listeners on the ports that Established() has inbound sockets on.
[[nodiscard]] std::vector<SocketRecord> Listeners();

/// A dump as the kernel sends it: Listeners(), then `sockets` records of 124 bytes in datagrams of
/// up to 32 KiB, then NLMSG_DONE.
[[nodiscard]] std::vector<Datagram> Dump(std::size_t sockets);

/// A port each, from 1 up.
[[nodiscard]] std::vector<ServiceRule> PortRules(std::size_t count);
/// All on port 443 and outbound, a /24 each.
[[nodiscard]] std::vector<ServiceRule> OnePortRules(std::size_t count);
/// A port and a remote network each.
[[nodiscard]] std::vector<ServiceRule> NetworkRules(std::size_t count);
/// No port, a local and a remote network each.
[[nodiscard]] std::vector<ServiceRule> AnyPortRules(std::size_t count);

/// Names for the ports of Established(), and 300 others.
[[nodiscard]] ServicesDatabase Database();

/// A TCP dump with `ports` ports in use in each direction, from 1 up, one socket each.
[[nodiscard]] SocketMemory::Round RoundOfPorts(const ServiceMatcher& matcher, std::size_t ports);

}  // namespace sockdiag::bench
