#pragma once

#include <memory>

#include "base/build_info.h"
#include "collectors/scheduler.h"

namespace sockdiag::testing {

inline constexpr BuildInfo kSampleBuild{"1.2.3", "abcdef", "GNU 12.2.0"};

/// A collection with samples of every metric, the same each time.
[[nodiscard]] std::shared_ptr<const Collection> SampleCollection();

}  // namespace sockdiag::testing
