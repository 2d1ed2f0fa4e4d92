#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sockdiag {

/// One netlink socket (netlink(7)).
struct NetlinkSocket {
  /// The netlink family, such as NETLINK_ROUTE.
  std::uint32_t protocol;
  /// Its address; 0 is the kernel's own end.
  std::uint32_t port_id;
  /// Messages that it dropped since it was opened, modulo 2^32.
  std::uint32_t drops;
  std::uint32_t inode;
};

/// A line of /proc/net/netlink, below its heading: `sk Eth Pid Groups Rmem Wmem Dump Locks Drops
/// Inode` (`netlink_native_seq_show()` in net/netlink/af_netlink.c).
[[nodiscard]] Result<NetlinkSocket> ParseNetlinkLine(std::string_view line);

/// The label `protocol`: as `uapi/linux/netlink.h` calls it, in lower case, else its number.
[[nodiscard]] std::string NetlinkProtocolName(std::uint32_t protocol);

}  // namespace sockdiag
