#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sockdiag {

/// From the text of a sysctl: exactly so many integers with white space between them. Most are an
/// int or a long in the kernel, which takes negative ones, too.
[[nodiscard]] Result<std::vector<double>> ParseIntegers(std::string_view text, std::size_t count);

}  // namespace sockdiag
