#pragma once

#include <vector>

#include "metrics/metric.h"

namespace sockdiag {

/// Every metric, in the order of the exposition: gathered from those who fill them.
[[nodiscard]] std::vector<const Metric*> AllMetrics();

}  // namespace sockdiag
