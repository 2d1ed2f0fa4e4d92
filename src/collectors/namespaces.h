#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/cpu_time.h"
#include "collectors/collector.h"
#include "collectors/namespaces/namespace_memory.h"
#include "collectors/namespaces/namespace_turn.h"
#include "metrics/metric.h"

namespace sockdiag {

/// The way to other network namespaces; what is referred to must outlive the collector.
struct NamespaceReach {
  /// Null: there is none to be had, as `why_no_helper` says.
  NamespaceHelper* helper = nullptr;
  std::string why_no_helper = {};
  SourceMaker make_source = {};
  /// Gets, at each collection that does not fail as a whole, what is wrong with some namespace, or
  /// an empty text.
  std::function<void(const std::string& error)> listener = [](const std::string&) {};
  /// A share of one core; nothing: no limit.
  std::optional<double> cpu_budget = {};
};

/// What a collector of namespaces works with; all that is referred to must outlive it.
struct NamespacesEnvironment {
  NamespaceReach reach;
  NamespaceMemory& memory;
  std::shared_ptr<const ServiceMatcher> matcher;
  /// Null where they are not looked for.
  Owners* owners = nullptr;
  std::uint64_t generation;
  WatchOptions watch;
  ProtocolFlags is_collected{};
  /// See CountEnvironment.
  bool collects_drops = true;
  DumpErrors& errors;
  CpuClock cpu_clock;
  const Clock& clock;
};

/// The sockets of all network namespaces but our own, as far as the budget goes: who waited longest
/// has its turn first, and whose turn does not come is shown as it last was.
class NamespacesCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "namespaces";
  static constexpr Metric kNamespaces{
      "sockdiag_namespaces",
      kGauge,
      {"result"},
      "Network namespaces beside the exporter's own: dumped now, idle since they were, stale "
      "because their turn has not come, refused because they cannot be entered."};
  static constexpr Metric kOldestAge{
      "sockdiag_namespaces_oldest_age_seconds",
      kGauge,
      {},
      "Age of the oldest figures of a network namespace, or how long one has been waiting for its "
      "first ones."};
  static constexpr std::array kMetrics{&kNamespaces, &kOldestAge};
  /// No turn begins later in a collection, which has to end in time.
  static constexpr std::chrono::seconds kLongest{2};

  explicit NamespacesCollector(NamespacesEnvironment environment);

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

 private:
  /// Those that are found are known from then on.
  [[nodiscard]] Result<FoundNamespaces> Find();
  /// Why the first turn that failed did; empty when none has.
  [[nodiscard]] Result<std::string> TakeTurns();
  [[nodiscard]] NamespaceResult<void> TakeTurn(NamespaceId id, std::size_t tracked_in_others);
  void Show(std::uint64_t refused, Samples& samples) const;

  const NamespacesEnvironment environment_;
  /// Null without a helper.
  std::unique_ptr<NamespaceTurn> turn_;
};

}  // namespace sockdiag
