#pragma once

#include <string>
#include <string_view>

#include "base/build_info.h"
#include "collectors/scheduler.h"
#include "findings/findings_memory.h"

namespace sockdiag {

/// The page at `/`, as HTML: what is wrong, the sockets by state, version and links. It needs no
/// script and nothing from elsewhere.
[[nodiscard]] std::string ToLandingPage(const Collection& collection, const WhatIsWrong& wrong,
                                        const BuildInfo& build, std::string_view telemetry_path);

}  // namespace sockdiag
