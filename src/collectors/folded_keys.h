#pragma once

#include "metrics/metric.h"

namespace sockdiag {

/// What a limit on names leaves out, by limit: those of sockets, and of devices.
inline constexpr Metric kFoldedKeys{
    "sockdiag_folded_keys",
    kGauge,
    {"limit"},
    "Names that did not fit the limit and are counted under other."};

}  // namespace sockdiag
