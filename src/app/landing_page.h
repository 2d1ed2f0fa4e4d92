#pragma once

#include <string>
#include <string_view>

#include "metrics/families.h"

namespace sockdiag {

/// The page at `/`: name, version, links and the sockets by state, as HTML.
[[nodiscard]] std::string ToLandingPage(const Exposition& exposition,
                                        std::string_view telemetry_path);

}  // namespace sockdiag
