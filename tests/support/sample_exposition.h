#pragma once

#include "metrics/families.h"

namespace sockdiag::testing {

/// A small host with something in every part: two families, two protocols, services, a folded port,
/// a filling accept queue and a dump that failed once.
[[nodiscard]] Exposition SampleExposition();

}  // namespace sockdiag::testing
