#include "config/loader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "collectors/families/unix.h"
#include "collectors/namespaces.h"
#include "collectors/protocols.h"
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

constexpr std::array<std::pair<std::string_view, SourceChoice>, 3> kSourceWords{
    {{"auto", SourceChoice::kAuto},
     {"netlink", SourceChoice::kNetlink},
     {"proc", SourceChoice::kProc}}};

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

void ReadSwitch(MappingReader& keys, std::string_view collector, CollectorSwitches& collectors) {
  bool is_enabled = collectors.IsEnabled(collector);
  keys.Read("enabled", Flag{}, is_enabled);
  collectors.Set(collector, is_enabled);
}

Result<std::string> ParseUnixPath(const YamlNode& node) {
  constexpr std::size_t kMostBytes = 512;
  Result<std::string> glob = ParseText(node, "a path such as /run/*.sock, or @ and a name");
  if (!glob) return glob;
  if (glob->empty()) return Fail("an empty text is no path");
  if (glob->find('\0') != std::string::npos) return Fail("a path has no NUL in it");
  if (glob->size() <= kMostBytes) return glob;
  return Fail(Shown(*glob) + " is " + std::to_string(glob->size()) + " bytes long, at most " +
              std::to_string(kMostBytes) + " are allowed");
}

void ReadUnixPaths(MappingReader& keys, std::vector<std::string>& paths) {
  constexpr std::size_t kMostGlobs = 100;
  if (const auto list = keys.Find("paths")) {
    list->ReadList("a list of paths", kMostGlobs, ParseUnixPath, paths);
  }
}

/// The keys of a collector's section besides its switch.
void ReadCollectorOptions(std::string_view collector, MappingReader& keys,
                          CollectorOptions& options) {
  if (collector == ProtocolsCollector::kName) {
    keys.Read("raw", Flag{}, options.raw_protocol_counters);
  }
  if (collector == UnixCollector::kName) ReadUnixPaths(keys, options.unix_paths);
}

void ReadCollectors(MappingReader& keys, Config& config) {
  for (const CollectorEntry& entry : AllCollectors()) {
    if (entry.has_own_section) continue;
    keys.ReadMapping(entry.name, [&](MappingReader& inner) {
      ReadSwitch(inner, entry.name, config.collectors);
      ReadCollectorOptions(entry.name, inner, config.collector_options);
    });
  }
}

void ReadLimits(MappingReader& keys, Config& config) {
  Limits& limits = config.limits;
  keys.Read("services", IntegerIn{0, 10'000}, limits.services);
  keys.Read("ports", IntegerIn{0, 65'535}, limits.ports);
  keys.Read("owners", IntegerIn{0, 10'000}, limits.owners);
  keys.Read("retention", DurationIn{seconds(0), hours(24 * 365)}, limits.retention);
  keys.Read("interfaces", IntegerIn{0, 10'000}, config.collector_options.interfaces_limit);
  keys.Read("routes", IntegerIn{0, 10'000'000}, config.collector_options.routes_limit);
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
  keys.Read("source", OneOf<SourceChoice>{kSourceWords}, config.source);
  keys.ReadMapping("collectors", [&](MappingReader& inner) { ReadCollectors(inner, config); });
  if (const auto services = keys.Find("services")) ReadServices(*services, config.services);
  keys.Read("services_database", ParseDatabasePath, config.services_database);
  keys.Read("services_fallback", OneOf<ServicesFallback>{kFallbackWords}, config.services_fallback);
  keys.ReadMapping("limits", [&](MappingReader& inner) { ReadLimits(inner, config); });
  keys.ReadMapping("sampling", [&](MappingReader& inner) { ReadSampling(inner, config.sampling); });
  keys.ReadMapping("stuck_after",
                   [&](MappingReader& inner) { ReadStuckAfter(inner, config.stuck_after); });
  keys.ReadMapping("owners", [&](MappingReader& inner) {
    inner.Read("enabled", Flag{}, config.owners.enabled);
  });
  keys.ReadMapping("namespaces", [&](MappingReader& inner) {
    ReadSwitch(inner, NamespacesCollector::kName, config.collectors);
    inner.Read("cpu_budget", Share{}, config.namespaces.cpu_budget);
  });
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
