#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/port.h"

namespace sockdiag {

/// The local ports that the kernel chooses from for outgoing connections (networking/ip-sysctl in
/// the kernel's documentation). The default is the kernel's.
struct EphemeralPorts {
  /// `ip_local_port_range`.
  PortRange range{Port::FromHost(32768), Port::FromHost(60999)};
  /// `ip_local_reserved_ports`: never chosen, inside the range or not.
  std::vector<PortRange> reserved;
  /// False while `range` could not be read: then it is good enough to tell directions, and no
  /// figure.
  bool is_known = true;
};

/// Gives the ephemeral ports in force.
using EphemeralPortsReader = std::function<EphemeralPorts()>;

/// From the text of ip_local_port_range: two ports and white space between them.
[[nodiscard]] Result<PortRange> ParsePortRangeSysctl(std::string_view text);

/// From the text of ip_local_reserved_ports: `8080,9000-9010`, or nothing.
[[nodiscard]] Result<std::vector<PortRange>> ParseReservedPorts(std::string_view text);

}  // namespace sockdiag
