#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/socket_memory.h"
#include "metrics/metric.h"
#include "sockets/naming/ephemeral_ports.h"
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
  SocketMemory& memory;
  /// Of the configuration; see SocketMemory::Settings.
  std::uint64_t generation;
  const Clock& clock;
};

/// One collector of the program.
struct CollectorEntry {
  /// The key below `collectors` in the configuration, and the label `collector`.
  std::string_view name;
  bool is_enabled_by_default;
  /// Those that it alone fills.
  std::span<const Metric* const> metrics;
  std::unique_ptr<Collector> (*make)(const CollectorEnvironment& environment);
};

/// Every collector, in the order in which they are reported: here one is registered.
[[nodiscard]] std::span<const CollectorEntry> AllCollectors();

}  // namespace sockdiag
