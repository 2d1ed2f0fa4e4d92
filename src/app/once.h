#pragma once

#include <string>
#include <vector>

#include "app/command_line.h"
#include "app/namespace_access.h"
#include "base/error.h"
#include "base/log.h"
#include "config/config.h"

namespace sockdiag {

/// Collects once and prints in the format, and logs what a limit leaves out or is denied. Why each
/// collector failed that did; an error when it could not be printed.
[[nodiscard]] Result<std::vector<std::string>> RunOnce(OnceFormat format, const Config& config,
                                                       NamespaceAccess namespaces, const Log& log);

}  // namespace sockdiag
