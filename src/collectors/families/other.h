#pragma once

#include <span>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families/family_table.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"

namespace sockdiag {

/// All kinds of sockets that no other collector counts, as far as the kernel does, of the network
/// namespace of the calling thread, from /proc/thread-self/net/protocols.
class OtherCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "other";

  explicit OtherCollector(const ProcReading& reading);

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  FamilyTable table_;
  /// By the kernel's name.
  SeenCounts<std::string> counts_;
};

}  // namespace sockdiag
