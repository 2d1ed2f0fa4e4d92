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
