#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/collector_options.h"
#include "collectors/namespaces.h"
#include "collectors/socket_memory.h"
#include "metrics/metric.h"
#include "netlink/transport.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// What collectors are made with; each takes what it needs. All that is referred to must outlive
/// them.
struct CollectorEnvironment {
  /// Called for each collector that dumps, as they do so at the same time.
  std::function<std::unique_ptr<SocketSource>()> open_source;
  std::shared_ptr<const ServiceMatcher> matcher;
  /// Called by any thread.
  EphemeralPortsReader ephemeral_ports;
  /// Null where they are not looked for.
  Owners* owners = nullptr;
  SocketMemory& memory;
  /// Of the configuration; see SocketMemory::Settings.
  std::uint64_t generation;
  /// What is watched of sockets.
  WatchOptions watch;
  /// By Protocol: of which ones sockets are collected.
  ProtocolFlags is_collected{};
  /// See CountEnvironment.
  bool collects_drops = true;
  NamespaceReach namespaces = {};
  CollectorOptions options = {};
  NetlinkOpener open_netlink = {};
  /// For more than one collection.
  bool is_used_again = true;
  const Clock& clock;
};

/// The switch of what sockets drop, and of receive buffers.
inline constexpr std::string_view kDropsName = "drops";

/// One collector of the program.
struct CollectorEntry {
  /// The label `collector`, and the key of its switch in the configuration.
  std::string_view name;
  bool is_enabled_by_default;
  /// Those that it alone fills.
  std::span<const Metric* const> metrics;
  /// Null for a part of what others do: it has a switch, and neither a run nor a success of its
  /// own.
  std::unique_ptr<Collector> (*make)(const CollectorEnvironment& environment);
  /// Its switch is the key `enabled` of a section of that name, beside others of its own, and not
  /// one below `collectors`.
  bool has_own_section = false;
};

/// Every collector, in the order in which they are reported: here one is registered.
[[nodiscard]] std::span<const CollectorEntry> AllCollectors();

}  // namespace sockdiag
