#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "app/command_line.h"
#include "app/daemon.h"
#include "app/health_check.h"
#include "app/inspect_once.h"
#include "app/namespace_access.h"
#include "app/once.h"
#include "app/privileges.h"
#include "app/spdlog_log.h"
#include "app/startup.h"
#include "namespaces/supervisor.h"

namespace {

using sockdiag::Config;
using sockdiag::HelperProcess;
using sockdiag::LoadedConfig;
using sockdiag::Log;
using sockdiag::NamespaceAccess;
using sockdiag::OnceFormat;
using sockdiag::Options;
using sockdiag::Result;

/// Without them, sockets would get the numbers of the standard streams, and logs would be written
/// into sockets. For reading only: what is written to a closed stream still fails.
void OpenClosedStandardStreams() {
  int fd = 0;
  while (fd >= 0 && fd <= STDERR_FILENO) fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd > STDERR_FILENO) close(fd);
}

/// The default is what ulimit -s says, 8 MiB: too much for a dozen threads where address space is
/// limited.
void LimitThreadStacks() {
  constexpr std::size_t kStackBytes = std::size_t{2} << 20;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return;
  if (pthread_attr_setstacksize(&attributes, kStackBytes) == 0) {
    pthread_setattr_default_np(&attributes);
  }
  pthread_attr_destroy(&attributes);
}

enum ExitStatus : int { kFine = 0, kFailure = 1, kWrongUsage = 2 };

/// Tells it on standard error; the exit status.
int Failure(const std::string& message) {
  std::cerr << "sockdiag_exporter: " << message << "\n";
  return kFailure;
}

/// Prints to standard output; the exit status.
int Print(const std::string& text) {
  std::cout << text << std::flush;
  if (std::cout) return kFine;
  return Failure("cannot write to standard output");
}

int PrintHealth(const Options& options) {
  const Result<void> healthy = sockdiag::CheckHealth(options);
  return healthy ? Print("healthy\n") : Failure(healthy.error().message);
}

/// A failure of each collector is a line of its own.
int PrintOnce(OnceFormat format, const Config& config, NamespaceAccess namespaces, const Log& log) {
  const Result<std::vector<std::string>> failures =
      sockdiag::RunOnce(format, config, std::move(namespaces), log);
  if (!failures) return Failure(failures.error().message);
  for (const std::string& failure : *failures) Failure(failure);
  return failures->empty() ? kFine : kFailure;
}

int PrintCheck(const LoadedConfig& config) {
  for (const std::string& doubt : sockdiag::FindDoubts(config)) {
    std::cerr << "sockdiag_exporter: warning: " << doubt << "\n";
  }
  return Print("OK\n");
}

/// For who named no file: a result of the defaults looks like that of a file that was meant.
void TellConfig(const Options& options, const LoadedConfig& loaded) {
  if (options.config_file) return;
  if (!options.config_check && !options.once && !options.inspect)
    return;  // The daemon's log says it.
  std::cerr << "sockdiag_exporter: configuration: " << loaded.source << "\n";
}

int Run(const Options& options) {
  if (options.healthcheck) return PrintHealth(options);
  // It keeps the capabilities that this process gives up now, before it reads anything.
  Result<HelperProcess> helper =
      options.config_check ? sockdiag::Fail("") : sockdiag::StartNamespaceHelper();
  const Result<void> restricted = sockdiag::KeepOnlyCapabilityToBind();
  const Result<LoadedConfig> config = sockdiag::LoadConfig(options.config_file, options.collectors);
  if (!config) {
    std::cerr << config.error().message << "\n";
    return kWrongUsage;
  }
  // Where it is not wanted it ends here.
  NamespaceAccess namespaces = sockdiag::MakeNamespaceAccess(std::move(helper), config->config);
  const Result<void> web_config = sockdiag::CheckWebConfig(options.web_config_file);
  if (!web_config) {
    std::cerr << web_config.error().message << "\n";
    return kWrongUsage;
  }
  TellConfig(options, *config);
  if (options.config_check) return PrintCheck(*config);
  const Result<void> confined = sockdiag::CheckCannotEnterNamespaces();
  if (!confined) return Failure(confined.error().message);
  const sockdiag::SpdlogLog log(options.log_level, options.log_format);
  if (!restricted) {
    log.Warn("running with more privileges than needed", {{"error", restricted.error().message}});
  }
  if (options.once) {
    return PrintOnce(*options.once, config->config, std::move(namespaces), log);
  }
  if (options.inspect) {
    const Result<std::string> text = sockdiag::InspectOnce(*options.inspect, config->config, log);
    return text ? Print(*text) : Failure(text.error().message);
  }
  const Result<void> result = sockdiag::RunDaemon(options, *config, std::move(namespaces), log);
  return result ? kFine : Failure(result.error().message);
}

}  // namespace

int main(int argc, char** argv) {
  OpenClosedStandardStreams();
  // A file that may not grow further (RLIMIT_FSIZE) is an error of the write, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  // Connections have a thread each; an arena for each of them would keep what a scrape once used.
  mallopt(M_ARENA_MAX, 1);
  LimitThreadStacks();
  try {
    const auto options = sockdiag::ParseCommandLine(argc, argv);
    if (options) return Run(*options);
    if (options.error().status == kFine) return Print(options.error().text);
    std::cerr << options.error().text;
    return options.error().status;
  } catch (const std::exception& error) {
    return Failure(error.what());
  }
}
