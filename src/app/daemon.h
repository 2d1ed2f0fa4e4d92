#pragma once

#include "app/command_line.h"
#include "app/namespace_access.h"
#include "app/startup.h"
#include "base/error.h"
#include "base/log.h"

namespace sockdiag {

/// Serves until SIGTERM or SIGINT; an error when it cannot begin. Ends the process by itself with
/// status 0 when a dump hangs in the kernel and would hold it up. Call it before any other thread
/// is started: it blocks those signals for all of them.
[[nodiscard]] Result<void> RunDaemon(const Options& options, const LoadedConfig& config,
                                     NamespaceAccess namespaces, const Log& log);

}  // namespace sockdiag
