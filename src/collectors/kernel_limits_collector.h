#pragma once

#include <array>
#include <string>
#include <utility>

#include "collectors/collector.h"
#include "metrics/metric.h"

namespace sockdiag {

/// The limits of the kernel. A file that is not there only lacks its own gauge; one that is there
/// and cannot be read makes the collector fail, and the others are shown all the same.
class KernelLimitsCollector final : public Collector {
 public:
  static constexpr Metric kTimeWaitLimit{
      "sockdiag_tcp_time_wait_limit",
      kGauge,
      {},
      "tcp_max_tw_buckets: TIME_WAIT sockets beyond it are destroyed."};
  static constexpr Metric kOrphans{
      "sockdiag_tcp_orphans", kGauge, {}, "TCP sockets that no process holds any more, host-wide."};
  static constexpr Metric kOrphansLimit{
      "sockdiag_tcp_orphans_limit", kGauge, {}, "tcp_max_orphans: orphans beyond it are reset."};
  static constexpr Metric kMemory{
      "sockdiag_tcp_memory_bytes", kGauge, {}, "Memory of TCP socket buffers, host-wide."};
  static constexpr Metric kMemoryLimit{
      "sockdiag_tcp_memory_limit_bytes",
      kGauge,
      {"level"},
      "tcp_mem: no pressure below min, pressure from pressure on, at most max."};
  static constexpr Metric kSomaxconn{
      "sockdiag_somaxconn", kGauge, {}, "net.core.somaxconn: the largest backlog of a listener."};
  static constexpr Metric kMaxSynBacklog{
      "sockdiag_tcp_max_syn_backlog",
      kGauge,
      {},
      "tcp_max_syn_backlog: handshakes that a listener may have under way."};
  static constexpr std::array kMetrics{&kTimeWaitLimit, &kOrphans,   &kOrphansLimit, &kMemory,
                                       &kMemoryLimit,   &kSomaxconn, &kMaxSynBacklog};

  /// `root` stands for /proc.
  explicit KernelLimitsCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return "kernel_limits"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

 private:
  const std::string root_;
};

}  // namespace sockdiag
