#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "config/config.h"

namespace sockdiag {

inline constexpr std::size_t kMaxConfigFileBytes = 1 << 20;

/// Reads the configuration file. An error is one line, and where there is a place in the file it is
/// `PATH:LINE:COLUMN: services[2].ports[0]: 70000 is not in 1..65535`, line and column from 1.
[[nodiscard]] Result<Config> LoadConfigFile(const std::string& path);

/// As LoadConfigFile(), from memory; `source_name` stands for the path in errors. What the text
/// does not mention has its default, so no text at all gives `Config{}`.
[[nodiscard]] Result<Config> ParseConfig(std::string_view yaml, const std::string& source_name);

}  // namespace sockdiag
