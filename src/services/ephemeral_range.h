#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "model/port.h"

namespace sockdiag {

/// The kernel's default `ip_local_port_range`.
inline constexpr PortRange kDefaultEphemeralRange{Port::FromHost(32768), Port::FromHost(60999)};

/// From the text of /proc/sys/net/ipv4/ip_local_port_range: two ports and white space between them
/// (networking/ip-sysctl in the kernel's documentation).
[[nodiscard]] Result<PortRange> ParseEphemeralRange(std::string_view text);

/// The range of the network namespace of the calling thread.
[[nodiscard]] Result<PortRange> ReadEphemeralRange();

}  // namespace sockdiag
