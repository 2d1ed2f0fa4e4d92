#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "model/protocol.h"

namespace sockdiag {

/// Raw sockets and ping sockets (raw(7), icmp(7)) of the network namespace of the calling thread,
/// from /proc/thread-self/net/{raw,raw6,icmp,icmp6}: not every kernel has raw_diag, and none lists
/// ping sockets. A file that cannot be read makes the collector fail, and the others are shown.
class RawCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "raw";

  /// `root` stands for /proc.
  explicit RawCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  const std::string root_;
  /// By Family, each by IP protocol.
  std::array<SeenCounts<std::uint16_t>, kFamilies.size()> counts_;
};

}  // namespace sockdiag
