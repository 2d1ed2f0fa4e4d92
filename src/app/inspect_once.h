#pragma once

#include <string>

#include "base/error.h"
#include "base/log.h"
#include "config/config.h"
#include "inspect/query.h"

namespace sockdiag {

/// Looks at the sockets once, without a running exporter, and gives what the query gets as a text
/// for a terminal.
[[nodiscard]] Result<std::string> InspectOnce(const Query& query, const Config& config,
                                              const Log& log);

}  // namespace sockdiag
