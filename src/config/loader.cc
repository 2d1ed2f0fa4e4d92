#include "config/loader.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/file.h"
#include "config/service_section.h"
#include "yaml/reader.h"
#include "yaml/tree.h"
#include "yaml/values.h"

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// The states that a socket can be stuck in; the others last as long as they like.
constexpr std::array<std::pair<std::string_view, SocketState>, 7> kWatchableStates{{
    {"syn_sent", SocketState::kSynSent},
    {"syn_recv", SocketState::kSynRecv},
    {"fin_wait1", SocketState::kFinWait1},
    {"fin_wait2", SocketState::kFinWait2},
    {"close_wait", SocketState::kCloseWait},
    {"last_ack", SocketState::kLastAck},
    {"closing", SocketState::kClosing},
}};

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
  const auto read_switch = [&](std::string_view name, bool& enabled) {
    keys.ReadMapping(name, [&](MappingReader& inner) { inner.Read("enabled", Flag{}, enabled); });
  };
  read_switch("tcp", collectors.tcp);
  read_switch("udp", collectors.udp);
  read_switch("kernel_limits", collectors.kernel_limits);
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
    item.Read(OneOf<SocketState>{kWatchableStates}, state);
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
  keys.Read("syn_sent", kAge, stuck_after.syn_sent);
  keys.Read("syn_recv", kAge, stuck_after.syn_recv);
  keys.Read("fin_wait1", kAge, stuck_after.fin_wait1);
  keys.Read("fin_wait2", kAge, stuck_after.fin_wait2);
  keys.Read("close_wait", kAge, stuck_after.close_wait);
  keys.Read("last_ack", kAge, stuck_after.last_ack);
  keys.Read("closing", kAge, stuck_after.closing);
}

void ReadConfig(MappingReader& keys, Config& config) {
  keys.ReadMapping("collectors",
                   [&](MappingReader& inner) { ReadCollectors(inner, config.collectors); });
  if (const auto services = keys.Find("services")) ReadServices(*services, config.services);
  keys.Read("services_database", ParseDatabasePath, config.services_database);
  keys.ReadMapping("limits", [&](MappingReader& inner) { ReadLimits(inner, config.limits); });
  keys.ReadMapping("sampling", [&](MappingReader& inner) { ReadSampling(inner, config.sampling); });
  keys.ReadMapping("stuck_after",
                   [&](MappingReader& inner) { ReadStuckAfter(inner, config.stuck_after); });
}

}  // namespace

Result<Config> LoadConfigFile(const std::string& path) {
  const Result<std::string> text = ReadFile(path, kMaxConfigFileBytes);
  if (!text) return tl::unexpected(text.error());
  return ParseConfig(*text, path);
}

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
