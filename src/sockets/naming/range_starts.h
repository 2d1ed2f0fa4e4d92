#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "model/cidr.h"
#include "model/ip_address.h"
#include "model/port.h"

namespace sockdiag {

/// Where a range begins and where it has ended, unless nothing comes after it: between all starts
/// of some ranges, each of these holds everything or nothing.
inline void AddStarts(const PortRange& range, std::vector<Port>& starts) {
  starts.push_back(range.first);
  if (range.last.Value() == std::numeric_limits<std::uint16_t>::max()) return;
  starts.push_back(Port::FromHost(static_cast<std::uint16_t>(range.last.Value() + 1)));
}

/// The same for addresses.
inline void AddStarts(const Cidr& network, std::vector<IpAddress>& starts) {
  starts.push_back(network.First());
  const std::uint64_t low = network.Last().Low() + 1;
  const std::uint64_t high = network.Last().High() + (low == 0 ? 1 : 0);
  if (low != 0 || high != 0) starts.push_back(IpAddress::FromBits(high, low));
}

/// Where IPv4 addresses begin and where they have ended: they lie among the others, and a network
/// of IPv6 around them does not hold them.
[[nodiscard]] inline std::vector<IpAddress> Ipv4Starts() {
  return {IpAddress::FromBits(0, 0xffff'0000'0000), IpAddress::FromBits(0, 0x1'0000'0000'0000)};
}

}  // namespace sockdiag
