#pragma once

#include <string>

#include "inspect/conversations.h"
#include "inspect/query.h"
#include "inspect/socket_filter.h"

namespace sockdiag {

/// What a group is called: `10.0.0.1:443`, `web`, `close_wait`, `10.0.0.0/24`.
[[nodiscard]] std::string GroupText(Grouping grouping, const GroupingValue& value,
                                    const SocketNames& names);

/// An answer as a table for a terminal, without the columns that are 0 in all rows, and the ss
/// command that lists the same sockets.
[[nodiscard]] std::string ToText(const Answer& answer, const Query& query,
                                 const SocketNames& names);

}  // namespace sockdiag
