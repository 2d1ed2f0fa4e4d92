#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families/family_dump.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"

namespace sockdiag {

/// Sockets between a virtual machine and its host (vsock(7)). Only the first network namespace sees
/// them.
class VsockCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "vsock";

  VsockCollector(NetlinkOpener open, const Clock& clock)
      : dump_(std::move(open), clock, kName, "vsock_diag") {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  FamilyDump dump_;
  /// By SocketTypeName() and VsockStateName().
  SeenCounts<std::pair<std::string_view, std::string_view>> counts_;
};

}  // namespace sockdiag
