#pragma once

#include "app/command_line.h"
#include "base/error.h"

namespace sockdiag {

/// --healthcheck: asks the exporter that listens on the first of these listen addresses whether it
/// is healthy. It is when it says so, and also when it turns this client away, for want of a
/// password or certificate or because of a rate limit: who refuses is alive. The web configuration
/// itself is not read: while it is broken, the exporter goes on with the last good one.
[[nodiscard]] Result<void> CheckHealth(const Options& options);

}  // namespace sockdiag
