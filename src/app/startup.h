#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "config/config.h"
#include "sockets/naming/services_database.h"

namespace sockdiag {

/// Where packages put the configuration.
inline constexpr const char* kPackagedConfigFile = "/etc/sockdiag_exporter/sockdiag_exporter.yaml";

struct LoadedConfig {
  Config config;
  /// Which one it is, for people: its file, or that there is none.
  std::string source;
  /// There is no file.
  bool is_built_in = false;
};

/// The file's configuration, with `collectors` laid over it. Without a file, the packaged one's
/// where that exists, else the built-in one. A packaged one that is there and cannot be read is an
/// error, too.
[[nodiscard]] Result<LoadedConfig> LoadConfig(
    const std::optional<std::string>& file, const CollectorSwitches& collectors = {},
    const std::string& packaged_file = kPackagedConfigFile);

/// Logs which configuration is taken at a reload. `had_file`: one before came from a file, so that
/// it is worth a warning when there is none any more.
void TellReload(const LoadedConfig& loaded, bool had_file, const Log& log);

/// FindDoubts() about it, each with its source.
[[nodiscard]] std::vector<std::string> FindDoubts(const LoadedConfig& loaded);
/// Logs them.
void WarnOfDoubts(const LoadedConfig& loaded, const Log& log);

/// Whether the web configuration, and the certificates and keys that it names, are good.
[[nodiscard]] Result<void> CheckWebConfig(const std::optional<std::string>& file);

/// The services database that the configuration names. One that cannot be read is worth a warning
/// and no more: many containers have none.
[[nodiscard]] ServicesDatabase LoadServicesDatabase(const Config& config, const Log& log);

}  // namespace sockdiag
