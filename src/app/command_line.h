#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "app/spdlog_log.h"
#include "config/config.h"
#include "http/listen_address.h"
#include "inspect/query.h"

namespace sockdiag {

enum class OnceFormat { kMetrics, kTable, kJson };

/// The command line as values.
struct Options {
  /// Absent: the packaged configuration, or the built-in one where there is none.
  std::optional<std::string> config_file;
  bool config_check = false;
  /// Over those of the configuration.
  CollectorSwitches collectors;
  std::optional<OnceFormat> once;
  /// Look at the sockets once and print what this query gets.
  std::optional<Query> inspect;
  /// Only ask a running exporter whether it is healthy; there is a listen address then.
  bool healthcheck = false;
  std::vector<http::ListenAddress> listen_addresses;
  /// No flag says where to listen: sockets that systemd passes come before listen_addresses.
  bool listens_by_default = false;
  /// The listeners have to be systemd's.
  bool systemd_socket = false;
  /// Absent: plain HTTP, open to all.
  std::optional<std::string> web_config_file;
  bool enable_lifecycle = false;
  std::string telemetry_path = "/metrics";
  unsigned max_requests = 40;
  LogLevel log_level = LogLevel::kInfo;
  LogFormat log_format = LogFormat::kLogfmt;
};

/// Why the program ends without doing anything: --help, --version or wrong usage.
struct EarlyExit {
  int status;
  /// To standard output when the status is 0, else to standard error.
  std::string text;
};

[[nodiscard]] tl::expected<Options, EarlyExit> ParseCommandLine(int argc, const char* const* argv);

}  // namespace sockdiag
