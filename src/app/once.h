#pragma once

#include "app/command_line.h"
#include "base/error.h"
#include "base/log.h"
#include "config/config.h"

namespace sockdiag {

/// Collects once and prints in the format; an error when a collector failed.
[[nodiscard]] Result<void> RunOnce(OnceFormat format, const Config& config, const Log& log);

}  // namespace sockdiag
