#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "metrics/metric.h"

namespace sockdiag {

/// Limits that alerts compare with, from /proc/sys/net and /proc/thread-self/net/sockstat, of the
/// network namespace of the calling thread (networking/ip-sysctl in the kernel's documentation). A
/// file that is not there only lacks its own gauge; one that is there and cannot be read makes the
/// collector fail, and the others are shown all the same.
class KernelLimitsCollector final : public Collector {
 public:
  static constexpr Metric kTimeWaitLimit{
      "sockdiag_tcp_time_wait_limit",
      kGauge,
      {},
      "tcp_max_tw_buckets: TIME_WAIT sockets beyond it are destroyed."};
  static constexpr Metric kTimeWaitEntries{
      "sockdiag_tcp_time_wait_entries",
      kGauge,
      {},
      "What the kernel holds against that limit: TIME_WAIT sockets, and "
      "those in FIN_WAIT2 that no process holds any more."};
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

  /// `root` stands for /proc.
  explicit KernelLimitsCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return "kernel_limits"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  const std::string root_;
};

/// The number behind `key` in the `TCP:` line of a sockstat text; nothing when the line lacks it.
/// An error when there is no such line, or it is not made of keys and integers.
[[nodiscard]] Result<std::optional<double>> SockstatTcpField(std::string_view text,
                                                             std::string_view key);

}  // namespace sockdiag
