#include "app/startup.h"

#include "base/file.h"
#include "config/loader.h"

namespace sockdiag {

Result<Config> LoadConfig(const std::optional<std::string>& file) {
  return file ? LoadConfigFile(*file) : Config();
}

ServicesDatabase LoadServicesDatabase(const Config& config, const Log& log) {
  constexpr std::size_t kLimitBytes = 4 << 20;
  if (!config.services_database) return {};
  const Result<std::string> text = ReadFile(*config.services_database, kLimitBytes);
  if (!text) {
    log.Warn("no services database: ports that no rule names are shown as service other",
             {{"error", text.error().message}});
    return {};
  }
  return ParseServicesDatabase(*text);
}

}  // namespace sockdiag
