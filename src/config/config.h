#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collectors/collector_options.h"
#include "model/socket_state.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/service_rule.h"
#include "sockets/source/source_kind.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// `collectors`, and `enabled` in the sections of those that have one of their own: which ones run.
/// One that is not mentioned runs as AllCollectors() says.
class CollectorSwitches {
 public:
  void Set(std::string_view name, bool is_enabled) {
    switches_.insert_or_assign(std::string(name), is_enabled);
  }
  /// Sets those that `over` mentions.
  void SetAll(const CollectorSwitches& over) {
    for (const auto& [name, is_enabled] : over.switches_) Set(name, is_enabled);
  }
  [[nodiscard]] bool IsEnabled(std::string_view name) const;

  /// Whether the same ones run.
  friend bool operator==(const CollectorSwitches& a, const CollectorSwitches& b);

 private:
  std::map<std::string, bool, std::less<>> switches_;
};

/// In the table's order.
[[nodiscard]] inline std::vector<SocketState> WatchableStates() {
  std::vector<SocketState> states;
  states.reserve(kWatchableStates.size());
  for (const WatchableState& watchable : kWatchableStates) states.push_back(watchable.state);
  return states;
}

/// `sampling`: watching troubled states between scrapes.
struct SamplingOptions {
  /// 0: only when scraped.
  std::chrono::milliseconds interval = SamplerOptions().interval;
  /// Share of one core, 0..1.
  double cpu_budget = SamplerOptions().cpu_budget;
  std::chrono::milliseconds peak_window = WatchOptions().peak_window;
  std::vector<SocketState> watched_states = WatchableStates();
  std::size_t max_tracked_sockets = WatchOptions().max_tracked_sockets;

  friend bool operator==(const SamplingOptions&, const SamplingOptions&) = default;
};

/// `owners`: who holds the sockets.
struct OwnerOptions {
  bool enabled = true;

  friend bool operator==(const OwnerOptions&, const OwnerOptions&) = default;
};

/// `namespaces`: the sockets of every container, beside whether they are collected.
struct NamespaceOptions {
  /// Share of one core, 0..1.
  double cpu_budget = 0.05;

  friend bool operator==(const NamespaceOptions&, const NamespaceOptions&) = default;
};

/// `web`: who may ask, beside the web configuration, whose format is not ours to extend.
struct WebOptions {
  /// Whether /-/healthy and /-/ready are answered without a password.
  bool unauthenticated_health = false;

  friend bool operator==(const WebOptions&, const WebOptions&) = default;
};

/// The configuration file as values; default-constructed, it is the built-in configuration.
struct Config {
  /// Of the network namespace that the exporter runs in.
  SourceChoice source = SourceChoice::kAuto;
  CollectorSwitches collectors;
  CollectorOptions collector_options;
  /// In the file's order: the first rule that matches names the socket.
  std::vector<ServiceRule> services;
  /// Names ports that no rule names; absent turns it off.
  std::optional<std::string> services_database = "/etc/services";
  ServicesFallback services_fallback = ServicesFallback::kNumber;
  Limits limits;
  SamplingOptions sampling;
  /// Longer than this in one state is stuck.
  StuckAfter stuck_after = DefaultStuckAfter();
  OwnerOptions owners;
  NamespaceOptions namespaces;
  WebOptions web;

  friend bool operator==(const Config&, const Config&) = default;
};

/// What an operator should hear of a configuration that is right and surely not meant so, a line
/// each: see FindRuleDoubts(), rules for what is not collected, names without a place, and names of
/// ports.
[[nodiscard]] std::vector<std::string> FindDoubts(const Config& config);

}  // namespace sockdiag
