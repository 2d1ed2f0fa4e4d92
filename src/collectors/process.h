#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "metrics/metric.h"

namespace sockdiag {

/// What this process uses, as Prometheus client libraries show it: from /proc/self, getrusage(2)
/// and getrlimit(2). A file that is not there only lacks its own figures; one that is there and
/// cannot be read makes the collector fail, and the others are shown all the same.
class ProcessCollector final : public Collector {
 public:
  /// `root` stands for /proc.
  explicit ProcessCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return "process"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kLast; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  const std::string root_;
};

/// The fields of /proc/PID/stat that count here, in its units (proc(5)).
struct ProcStat {
  std::uint64_t start_ticks;
  std::uint64_t virtual_bytes;
  std::uint64_t resident_pages;
};

/// An error when the text is not of that form. The process name may hold anything, also `)`.
[[nodiscard]] Result<ProcStat> ParseProcStat(std::string_view text);

}  // namespace sockdiag
