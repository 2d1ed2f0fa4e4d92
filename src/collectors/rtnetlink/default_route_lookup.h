#pragma once

#include <optional>

#include "collectors/rtnetlink/dumper.h"

namespace sockdiag {

/// Whether the main table's default route of IPv6 takes a packet to 4000::1, of a block that nobody
/// has. It costs the same however large the table is. The routing policy (ip-rule(8)) decides which
/// tables are asked, so that there is a default route only when the one that is taken is the main
/// table's; and there is none only when none is taken, all rules do nothing but name tables, and
/// one names the main table for all packets. Nothing when it is neither, as where routes to ::/1
/// and 8000::/1 are before it, or a kernel before 4.14 has no such question.
[[nodiscard]] std::optional<bool> LookUpIpv6DefaultRoute(RtnetlinkDumper& dumper);

}  // namespace sockdiag
