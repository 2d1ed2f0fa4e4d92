#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sockdiag {

/// One of the kernel's protocol statistics, what `netstat -s` and nstat(8) show.
struct ProtocolCounter {
  /// The protocol, or a part of it: `Tcp`, `TcpExt`, `Ip6`.
  std::string group;
  /// As the kernel has it: `RetransSegs`.
  std::string name;
  /// Nearly all count events since the network namespace was made, a few are settings.
  double value = 0;

  bool operator==(const ProtocolCounter&) const = default;
};

/// Of /proc/net/snmp and /proc/net/netstat: lines in pairs that begin with the same group, the
/// first with names and the second with as many integers. In the text's order.
[[nodiscard]] Result<std::vector<ProtocolCounter>> ParseProtocolTable(std::string_view text);

/// Of /proc/net/snmp6: a name and an integer a line; the group is what the name begins with, up to
/// its `6`. In the text's order.
[[nodiscard]] Result<std::vector<ProtocolCounter>> ParseProtocolList(std::string_view text);

}  // namespace sockdiag
