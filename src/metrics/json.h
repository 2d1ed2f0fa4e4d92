#pragma once

#include <string>

#include "metrics/families.h"

namespace sockdiag {

/// The same figures for programs: one object with a list for each part of the snapshot, its keys
/// the label names of the metrics. Two spaces of indent, a newline at the end.
[[nodiscard]] std::string ToJson(const Exposition& exposition);

}  // namespace sockdiag
