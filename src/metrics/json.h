#pragma once

#include <string>

#include "metrics/samples.h"

namespace sockdiag {

/// The samples as a JSON list with an object for each metric: `name`, `help`, `type` and `metrics`,
/// each of these with `labels` and `value`. Two spaces of indent, a newline at the end.
[[nodiscard]] std::string ToJson(const Samples& samples);

}  // namespace sockdiag
