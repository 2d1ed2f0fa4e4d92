#pragma once

#include <string>
#include <string_view>

#include "base/build_info.h"
#include "collectors/scheduler.h"

namespace sockdiag {

/// The page at `/`: name, version, links and the sockets by state, as HTML.
[[nodiscard]] std::string ToLandingPage(const Collection& collection, const BuildInfo& build,
                                        std::string_view telemetry_path);

}  // namespace sockdiag
