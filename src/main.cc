#include <malloc.h>

#include <exception>
#include <iostream>
#include <string>

#include "app/command_line.h"
#include "app/daemon.h"
#include "app/log.h"
#include "app/startup.h"

namespace {

using sockdiag::Config;
using sockdiag::Options;
using sockdiag::Result;

enum ExitStatus : int { kFine = 0, kFailure = 1, kWrongUsage = 2 };

int Run(const Options& options) {
  const Result<Config> config = sockdiag::LoadConfig(options.config_file);
  if (!config) {
    std::cerr << config.error().message << "\n";
    return kWrongUsage;
  }
  if (options.config_check) {
    std::cout << "OK\n";
    return kFine;
  }
  const sockdiag::Log log(options.log_level, options.log_format);
  const Result<void> result = options.once ? sockdiag::RunOnce(*options.once, *config, log)
                                           : sockdiag::RunDaemon(options, *config, log);
  if (!result) {
    std::cerr << "sockdiag_exporter: " << result.error().message << "\n";
    return kFailure;
  }
  return kFine;
}

}  // namespace

int main(int argc, char** argv) {
  // Connections have a thread each; an arena for each of them would keep what a scrape once used.
  mallopt(M_ARENA_MAX, 1);
  try {
    const auto options = sockdiag::ParseCommandLine(argc, argv);
    if (options) return Run(*options);
    (options.error().status == 0 ? std::cout : std::cerr) << options.error().text;
    return options.error().status;
  } catch (const std::exception& error) {
    std::cerr << "sockdiag_exporter: " << error.what() << "\n";
    return kFailure;
  }
}
