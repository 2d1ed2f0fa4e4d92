#include "app/startup.h"

#include <cerrno>
#include <utility>

#include "base/file.h"
#include "config/loader.h"
#include "web/config_loader.h"
#include "web/prepared_config.h"

namespace sockdiag {

namespace {

Result<LoadedConfig> LoadFile(const std::optional<std::string>& file,
                              const std::string& packaged_file) {
  const std::string& path = file ? *file : packaged_file;
  const Result<std::optional<std::string>> text = ReadFileIfAny(path, kMaxConfigFileBytes);
  if (!text) return tl::unexpected(text.error());
  if (!*text && file) return FailErrno(path, ENOENT);
  if (!*text) return LoadedConfig{Config(), "built-in defaults, as there is no " + path, true};
  Result<Config> config = ParseConfig(**text, path);
  if (!config) return tl::unexpected(config.error());
  return LoadedConfig{*std::move(config), path};
}

}  // namespace

Result<LoadedConfig> LoadConfig(const std::optional<std::string>& file,
                                const CollectorSwitches& collectors,
                                const std::string& packaged_file) {
  Result<LoadedConfig> loaded = LoadFile(file, packaged_file);
  if (loaded) loaded->config.collectors.SetAll(collectors);
  return loaded;
}

void TellReload(const LoadedConfig& loaded, bool had_file, const Log& log) {
  if (loaded.is_built_in && had_file) {
    return log.Warn("the configuration file has gone", {{"config", loaded.source}});
  }
  log.Info("taking the configuration anew", {{"config", loaded.source}});
}

std::vector<std::string> FindDoubts(const LoadedConfig& loaded) {
  std::vector<std::string> doubts = FindDoubts(loaded.config);
  for (std::string& doubt : doubts) doubt.insert(0, loaded.source + ": ");
  return doubts;
}

void WarnOfDoubts(const LoadedConfig& loaded, const Log& log) {
  for (const std::string& doubt : FindDoubts(loaded)) {
    log.Warn("the configuration is hardly meant like this", {{"doubt", doubt}});
  }
}

Result<void> CheckWebConfig(const std::optional<std::string>& file) {
  if (!file) return {};
  const Result<web::LoadedWebConfig> loaded = web::LoadWebConfigFile(*file);
  if (!loaded) return tl::unexpected(loaded.error());
  const Result<web::PreparedWebConfig> prepared = web::PrepareWebConfig(loaded->config);
  if (!prepared) return Fail(*file + ": " + prepared.error().message);
  return {};
}

ServicesDatabase LoadServicesDatabase(const Config& config, const Log& log) {
  // 200,000 lines of 80 bytes.
  constexpr std::size_t kLimitBytes = 16 << 20;
  if (!config.services_database) return {};
  const Result<std::string> text = ReadFile(*config.services_database, kLimitBytes);
  if (!text) {
    log.Warn("no services database: ports that no rule names go by services_fallback",
             {{"error", text.error().message}});
    return {};
  }
  return ParseServicesDatabase(*text);
}

}  // namespace sockdiag
