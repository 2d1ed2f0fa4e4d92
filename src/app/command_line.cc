#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "app/collector_flags.h"
#include "base/build_info.h"

namespace sockdiag {
namespace {

constexpr int kUsageError = 2;

std::string VersionText() {
  const BuildInfo& build = CurrentBuild();
  return "sockdiag_exporter " + std::string(build.version) + " (revision " +
         std::string(build.revision) + ", built with " + std::string(build.compiler) + ")";
}

tl::unexpected<EarlyExit> UsageError(const std::string& message) {
  return tl::unexpected(EarlyExit{kUsageError, "sockdiag_exporter: " + message + "; see --help\n"});
}

/// Empty when it is good, as CLI11 wants it; so too below.
std::string CheckMaxRequests(const std::string& text) {
  constexpr unsigned kMost = 10'000;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && value >= 1 && value <= kMost) return {};
  return "\"" + text + "\" is not in 1.." + std::to_string(kMost);
}

std::string CheckTelemetryPath(const std::string& path) {
  if (!path.starts_with('/')) return "\"" + path + "\" does not begin with /";
  if (path == "/" || path.starts_with("/-/")) return "\"" + path + "\" is taken by another page";
  if (path.find_first_of("?# %\t\r\n") != std::string::npos) {
    return "\"" + path + "\" holds a character that is not plain in a path";
  }
  return {};
}

/// An option whose value is one of a few words.
template <typename Value>
void AddChoice(CLI::App& app, const std::string& name, std::function<void(Value)> set,
               const std::vector<std::pair<std::string, Value>>& choices,
               const std::string& description, int least_values) {
  std::string words_text;
  for (const auto& [choice, value] : choices) {
    words_text += (words_text.empty() ? "" : "|") + choice;
  }
  const auto parse = [=](const CLI::results_t& words) {
    const std::string& word = words.front().empty() ? choices.front().first : words.front();
    for (const auto& [choice, value] : choices) {
      if (choice == word) return set(value), true;
    }
    throw CLI::ValidationError(name, "\"" + word + "\" is not one of " + words_text);
  };
  app.add_option(name, parse, description)
      ->type_name(least_values == 0 ? "[" + words_text + "]" : words_text)
      ->expected(least_values, 1);
}

void AddRunFlags(CLI::App& app, Options& options) {
  app.add_option("--config.file", options.config_file,
                 "YAML configuration; without it /etc/sockdiag_exporter/sockdiag_exporter.yaml, "
                 "or the built-in defaults where that does not exist")
      ->type_name("PATH");
  app.add_flag("--config.check", options.config_check,
               "Check the configuration; print OK or the error, exit with 0 or 2");
  AddChoice<OnceFormat>(
      app, "--once", [&](OnceFormat format) { options.once = format; },
      {{"metrics", OnceFormat::kMetrics},
       {"table", OnceFormat::kTable},
       {"json", OnceFormat::kJson}},
      "Collect once, print and exit; default metrics", 0);
  const auto inspect = [&](const CLI::results_t& words) {
    const Result<Query> query = Query::Parse(words.front());
    if (!query) throw CLI::ValidationError("--inspect", query.error().message);
    options.inspect = *query;
    return true;
  };
  app.add_option("--inspect", inspect,
                 "Look at the sockets once, print them put together as the query asks, and exit: "
                 "--inspect='state=close_wait by=remote'; default by=service,state")
      ->type_name("[QUERY]")
      ->expected(0, 1);
}

void AddHealthcheckFlag(CLI::App& app, Options& options) {
  app.add_flag("--healthcheck", options.healthcheck,
               "Ask the exporter that listens on the first listen address; exit "
               "with 0 when it is healthy, else 1");
}

/// The first two flags that were given and do not go together. CLI11 could tell, but would fill
/// --help with it.
std::optional<std::string> FindContradiction(const Options& options, bool has_listen_address) {
  const auto both = [](const char* flag, const char* other) {
    return std::string(flag) + ": not together with " + other;
  };
  if (options.healthcheck && options.config_check) return both("--healthcheck", "--config.check");
  if (options.healthcheck && options.once) return both("--healthcheck", "--once");
  if (options.inspect && options.once) return both("--inspect", "--once");
  if (options.inspect && options.healthcheck) return both("--inspect", "--healthcheck");
  if (options.inspect && options.config_check) return both("--inspect", "--config.check");
  if (options.healthcheck && options.systemd_socket) {
    return both("--healthcheck", "--web.systemd-socket");
  }
  if (options.systemd_socket && has_listen_address) {
    return both("--web.systemd-socket", "--web.listen-address");
  }
  return std::nullopt;
}

void AddWebFlags(CLI::App& app, Options& options, std::vector<std::string>& listen_addresses) {
  app.add_option("--web.listen-address", listen_addresses,
                 "host:port, :port (IPv4 and IPv6), [ipv6]:port (IPv6 only, also [::]:port) or "
                 "unix:/path; repeatable; default :10204")
      ->type_name("ADDR")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--web.systemd-socket", options.systemd_socket,
               "Require sockets of a systemd socket unit; without it they are used if passed");
  app.add_option("--web.config.file", options.web_config_file,
                 "TLS and basic auth, in the format of Prometheus's exporter-toolkit")
      ->type_name("PATH");
  app.add_flag("--web.enable-lifecycle", options.enable_lifecycle,
               "Allow POST or PUT on /-/reload to reload the configuration");
  app.add_option("--web.telemetry-path", options.telemetry_path,
                 "Where the metrics are; default /metrics")
      ->type_name("PATH")
      ->check(CheckTelemetryPath);
  app.add_option("--web.max-requests", options.max_requests,
                 "Requests served at once, 503 above it; default 40")
      ->type_name("N")
      ->check(CheckMaxRequests);
}

void AddLogFlags(CLI::App& app, Options& options) {
  AddChoice<LogLevel>(
      app, "--log.level", [&](LogLevel level) { options.log_level = level; },
      {{"debug", LogLevel::kDebug},
       {"info", LogLevel::kInfo},
       {"warn", LogLevel::kWarn},
       {"error", LogLevel::kError}},
      "Least level that is logged; default info", 1);
  AddChoice<LogFormat>(
      app, "--log.format", [&](LogFormat format) { options.log_format = format; },
      {{"logfmt", LogFormat::kLogfmt}, {"json", LogFormat::kJson}},
      "Form of the logs on standard error; default logfmt", 1);
}

/// CLI11 takes the next word as the value of `--flag=`.
std::optional<std::string> FindEmptyValue(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      return std::string(argument.substr(0, argument.size() - 1));
    }
  }
  return std::nullopt;
}

}  // namespace

tl::expected<Options, EarlyExit> ParseCommandLine(int argc, const char* const* argv) {
  if (const auto flag = FindEmptyValue(argc, argv)) return UsageError(*flag + ": no value given");
  Options options;
  CLI::App app(
      "Prometheus exporter of Linux socket tables, through netlink sock_diag or from /proc/net.",
      "sockdiag_exporter");
  app.set_version_flag("--version", VersionText(), "Print the version and exit");
  app.set_help_flag("--help,-h", "Print this help and exit");
  app.get_formatter()->column_width(34);
  AddRunFlags(app, options);
  std::vector<std::string> listen_addresses;
  AddWebFlags(app, options, listen_addresses);
  AddHealthcheckFlag(app, options);
  AddLogFlags(app, options);
  AddCollectorFlags(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return tl::unexpected(EarlyExit{0, app.help()});
  } catch (const CLI::CallForVersion&) {
    return tl::unexpected(EarlyExit{0, VersionText() + "\n"});
  } catch (const CLI::ParseError& error) {
    return UsageError(FindUnknownCollector(app).value_or(error.what()));
  }
  Result<CollectorSwitches> collectors = ReadCollectorFlags(app);
  if (!collectors) return UsageError(collectors.error().message);
  options.collectors = *std::move(collectors);
  if (const auto contradiction = FindContradiction(options, !listen_addresses.empty())) {
    return UsageError(*contradiction);
  }
  options.listens_by_default = !options.systemd_socket && listen_addresses.empty();
  if (options.listens_by_default) listen_addresses = {":10204"};
  for (const std::string& text : listen_addresses) {
    const Result<http::ListenAddress> address = http::ParseListenAddress(text);
    if (!address) return UsageError("--web.listen-address: " + address.error().message);
    options.listen_addresses.push_back(*address);
  }
  return options;
}

}  // namespace sockdiag
