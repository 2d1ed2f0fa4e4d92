#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/config.h"

namespace sockdiag {

inline constexpr std::size_t kMaxConfigFileBytes = 1 << 20;

/// What the text does not mention has its default, so no text at all gives `Config{}`. An error is
/// one line, `SOURCE:LINE:COLUMN: services[2].ports[0]: 70000 is not in 1..65535`, line and column
/// from 1; `source_name` is the file's path.
[[nodiscard]] Result<Config> ParseConfig(std::string_view yaml, const std::string& source_name);

}  // namespace sockdiag
