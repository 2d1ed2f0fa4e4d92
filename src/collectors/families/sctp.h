#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families/family_dump.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "model/protocol.h"

namespace sockdiag {

/// SCTP sockets and their associations, of the network namespace of the calling thread.
class SctpCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "sctp";
  /// By family and SctpStateName().
  using Counts = SeenCounts<std::pair<Family, std::string_view>>;

  SctpCollector(NetlinkOpener open, const Clock& clock)
      : dump_(std::move(open), clock, kName, "sctp_diag") {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  FamilyDump dump_;
  Counts sockets_;
  Counts associations_;
};

}  // namespace sockdiag
