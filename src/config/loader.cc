#include "config/loader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/registry.h"
#include "config/service_section.h"
#include "yaml/reader.h"
#include "yaml/tree.h"
#include "yaml/values.h"

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kStateWords = [] {
  std::array<std::pair<std::string_view, SocketState>, kWatchableStates.size()> words;
  std::transform(kWatchableStates.begin(), kWatchableStates.end(), words.begin(),
                 [](const WatchableState& watchable) {
                   return std::pair(Name(watchable.state), watchable.state);
                 });
  return words;
}();

constexpr std::array<std::pair<std::string_view, ServicesFallback>, 2> kFallbackWords{
    {{"number", ServicesFallback::kNumber}, {"other", ServicesFallback::kOther}}};

Result<std::optional<std::string>> ParseDatabasePath(const YamlNode& node) {
  if (node.kind == YamlNode::Kind::kNull) return std::nullopt;
  Result<std::string> path = ParseText(node, "an absolute path, or null to turn it off");
  if (!path) return tl::unexpected(path.error());
  if (path->empty()) return Fail("the path is empty; write null to turn it off");
  if (path->front() != '/') return Fail(Shown(*path) + " is not an absolute path");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
  if (std::any_of(path->begin(), path->end(), is_control)) {
    return Fail(Shown(*path) + " holds a control character");
  }
  return std::optional<std::string>(*std::move(path));
}

void ReadCollectors(MappingReader& keys, CollectorSwitches& collectors) {
  for (const CollectorEntry& entry : AllCollectors()) {
    keys.ReadMapping(entry.name, [&](MappingReader& inner) {
      bool is_enabled = entry.is_enabled_by_default;
      inner.Read("enabled", Flag{}, is_enabled);
      collectors.Set(entry.name, is_enabled);
    });
  }
}

void ReadLimits(MappingReader& keys, Limits& limits) {
  keys.Read("services", IntegerIn{0, 10'000}, limits.services);
  keys.Read("ports", IntegerIn{0, 65'535}, limits.ports);
  keys.Read("retention", DurationIn{seconds(0), hours(24 * 365)}, limits.retention);
}

void ReadWatchedStates(const NodeReader& node, std::vector<SocketState>& states) {
  states.clear();
  node.ReadItems("a list of states", kWatchableStates.size(), [&](const NodeReader& item) {
    std::optional<SocketState> state;
    item.Read(OneOf<SocketState>{kStateWords}, state);
    if (!state) return;
    if (std::find(states.begin(), states.end(), *state) != states.end()) {
      item.Complain(std::string(Name(*state)) + " is listed twice");
    }
    states.push_back(*state);
  });
}

void ReadSampling(MappingReader& keys, SamplingOptions& sampling) {
  keys.Read("interval", DurationIn{milliseconds(100), hours(1), /*or_zero=*/true},
            sampling.interval);
  keys.Read("cpu_budget", Share{}, sampling.cpu_budget);
  keys.Read("peak_window", DurationIn{seconds(1), hours(1)}, sampling.peak_window);
  if (const auto states = keys.Find("watched_states")) {
    ReadWatchedStates(*states, sampling.watched_states);
  }
  keys.Read("max_tracked_sockets", IntegerIn{0, 10'000'000}, sampling.max_tracked_sockets);
}

void ReadStuckAfter(MappingReader& keys, StuckAfter& stuck_after) {
  constexpr DurationIn kAge{milliseconds(1), hours(24)};
  for (const WatchableState& watchable : kWatchableStates) {
    keys.Read(Name(watchable.state), kAge, stuck_after[Index(watchable.state)]);
  }
}

void ReadConfig(MappingReader& keys, Config& config) {
  keys.ReadMapping("collectors",
                   [&](MappingReader& inner) { ReadCollectors(inner, config.collectors); });
  if (const auto services = keys.Find("services")) ReadServices(*services, config.services);
  keys.Read("services_database", ParseDatabasePath, config.services_database);
  keys.Read("services_fallback", OneOf<ServicesFallback>{kFallbackWords}, config.services_fallback);
  keys.ReadMapping("limits", [&](MappingReader& inner) { ReadLimits(inner, config.limits); });
  keys.ReadMapping("sampling", [&](MappingReader& inner) { ReadSampling(inner, config.sampling); });
  keys.ReadMapping("stuck_after",
                   [&](MappingReader& inner) { ReadStuckAfter(inner, config.stuck_after); });
  keys.ReadMapping("web", [&](MappingReader& inner) {
    inner.Read("unauthenticated_health", Flag{}, config.web.unauthenticated_health);
  });
}

}  // namespace

Result<Config> ParseConfig(std::string_view yaml, const std::string& source_name) {
  const Result<YamlNodePtr> root = ParseYaml(yaml, source_name);
  if (!root) return tl::unexpected(root.error());
  Config config;
  if ((*root)->kind == YamlNode::Kind::kNull) return config;
  Complaints complaints(source_name);
  const NodeReader reader(**root, "", complaints);
  reader.ReadMapping([&](MappingReader& keys) { ReadConfig(keys, config); });
  if (auto error = complaints.First()) return tl::unexpected(*std::move(error));
  return config;
}

}  // namespace sockdiag
