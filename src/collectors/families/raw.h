#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families/family_table.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "model/protocol.h"

namespace sockdiag {

/// Raw sockets and ping sockets (raw(7), icmp(7)) of the network namespace of the calling thread,
/// from /proc/thread-self/net/{raw,raw6,icmp,icmp6}: not every kernel has raw_diag, and none lists
/// ping sockets. A file that cannot be read, or is too long to be, makes the collector fail, and
/// the others are shown.
class RawCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "raw";

  explicit RawCollector(const ProcReading& reading);

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  struct Tables {
    FamilyTable raw;
    FamilyTable icmp;
    /// Of raw sockets, by IP protocol.
    SeenCounts<std::uint16_t> counts;
  };

  const std::string root_;
  /// By Family.
  std::array<Tables, kFamilies.size()> tables_;
};

}  // namespace sockdiag
