#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "web/config.h"

namespace sockdiag::web {

inline constexpr std::size_t kMaxWebConfigFileBytes = 1 << 20;
inline constexpr std::size_t kMaxUsers = 1000;
inline constexpr std::size_t kMaxUserNameBytes = 256;
/// Headers of a response share a connection's memory with its request.
inline constexpr std::size_t kMaxHeaderValueBytes = 2048;

/// Reads the web configuration file (--web.config.file). The format is the one of the Prometheus
/// exporter-toolkit (docs/web-configuration.md there); what would leave the server open, or closed
/// to everybody, by accident is refused here although the toolkit accepts it. An error is one line,
/// and where there is a place in the file it is `PATH:LINE:COLUMN: KEY: what`, line and column from
/// 1; none repeats a hash, a key or what may be one. The files that it names are not read.
[[nodiscard]] Result<LoadedWebConfig> LoadWebConfigFile(const std::string& path);

/// As LoadWebConfigFile(), from memory; relative paths begin at the folder of `path`. No text at
/// all is plain HTTP for everybody.
[[nodiscard]] Result<LoadedWebConfig> ParseWebConfig(std::string_view yaml,
                                                     const std::string& path);

}  // namespace sockdiag::web
