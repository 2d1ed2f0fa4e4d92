#pragma once

#include <string>

#include "metrics/samples.h"

namespace sockdiag {

/// The samples in Prometheus's text format 0.0.4.
[[nodiscard]] std::string ToText(const Samples& samples);

}  // namespace sockdiag
