#include "app/collector_flags.h"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "base/suggestion.h"
#include "collectors/registry.h"

namespace sockdiag {
namespace {

constexpr std::string_view kOn = "--collector.";
constexpr std::string_view kOff = "--no-collector.";

std::string Flag(std::string_view prefix, std::string_view collector) {
  return std::string(prefix) + std::string(collector);
}

std::vector<std::string> CollectorNames() {
  std::vector<std::string> names;
  for (const CollectorEntry& entry : AllCollectors()) names.emplace_back(entry.name);
  return names;
}

std::string KnownCollectors() {
  std::string known;
  for (const std::string& name : CollectorNames()) known += (known.empty() ? "" : ", ") + name;
  return known;
}

Result<bool> IsGiven(const CLI::App& app, const std::string& flag) {
  for (const std::string& value : app.get_option(flag)->results()) {
    if (value != "true") {
      return Fail(std::string(flag).append(": takes no value, not \"").append(value).append("\""));
    }
  }
  return app.count(flag) > 0;
}

}  // namespace

void AddCollectorFlags(CLI::App& app) {
  for (const std::string& name : CollectorNames()) {
    for (const std::string_view prefix : {kOn, kOff}) {
      // Without a group it is not in --help.
      app.add_flag(Flag(prefix, name))->group("");
    }
  }
  app.footer("Collectors:\n  " + Flag(kOn, "NAME") + ", " + Flag(kOff, "NAME") +
             "\n                                  Turn one on or off, whatever the configuration "
             "says; NAME is one of\n                                  " +
             KnownCollectors());
}

Result<CollectorSwitches> ReadCollectorFlags(const CLI::App& app) {
  CollectorSwitches switches;
  for (const std::string& name : CollectorNames()) {
    const Result<bool> is_on = IsGiven(app, Flag(kOn, name));
    const Result<bool> is_off = IsGiven(app, Flag(kOff, name));
    for (const auto& given : {is_on, is_off}) {
      if (!given) return tl::unexpected(given.error());
    }
    if (*is_on && *is_off) return Fail(Flag(kOn, name) + ": not together with " + Flag(kOff, name));
    if (*is_on || *is_off) switches.Set(name, *is_on);
  }
  return switches;
}

std::optional<std::string> FindUnknownCollector(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  if (extras.empty()) return std::nullopt;
  const std::string_view flag =
      std::string_view(extras.front()).substr(0, extras.front().find('='));
  for (const std::string_view prefix : {kOn, kOff}) {
    if (!flag.starts_with(prefix)) continue;
    return std::string(flag) + ": unknown collector" +
           Suggestion(flag.substr(prefix.size()), CollectorNames()) +
           "; known: " + KnownCollectors();
  }
  return std::nullopt;
}

}  // namespace sockdiag
