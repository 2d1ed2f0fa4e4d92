#pragma once

#include <string_view>

#include "base/error.h"
#include "model/protocol.h"
#include "model/socket_record.h"

namespace sockdiag {

/// A socket from a line of /proc/net/{tcp,tcp6,udp,udp6}, whose family is that of the table. It
/// lacks what the kernel does not write there: cgroup, limits, IPV6_V6ONLY (taken for off), the
/// last acknowledgement, and of TCP drops. In place of a cookie stands what tells sockets apart as
/// well as can be: of TCP both ends, which no two connections share, and of UDP the inode. An error
/// when it is no such line, or its addresses are of the other family.
[[nodiscard]] Result<SocketRecord> DecodeProcLine(Protocol protocol, Family family,
                                                  std::string_view line);

}  // namespace sockdiag
