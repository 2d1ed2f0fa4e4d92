#pragma once

#include <string>

#include "findings/findings_memory.h"

namespace sockdiag {

/// What is wrong, for a terminal of 100 columns: a line for each finding, and what it means below.
[[nodiscard]] std::string ToFindingsText(const WhatIsWrong& wrong);

/// That nothing was found and how much that says, or that nothing is known; empty when there are
/// findings.
[[nodiscard]] std::string NoFindingsText(const WhatIsWrong& wrong);

}  // namespace sockdiag
