#pragma once

#include <optional>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "config/config.h"
#include "sockets/naming/services_database.h"

namespace sockdiag {

/// The file's configuration, or the built-in one without a file.
[[nodiscard]] Result<Config> LoadConfig(const std::optional<std::string>& file);

/// Whether the web configuration, and the certificates and keys that it names, are good.
[[nodiscard]] Result<void> CheckWebConfig(const std::optional<std::string>& file);

/// The services database that the configuration names. One that cannot be read is worth a warning
/// and no more: many containers have none.
[[nodiscard]] ServicesDatabase LoadServicesDatabase(const Config& config, const Log& log);

}  // namespace sockdiag
