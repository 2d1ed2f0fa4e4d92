#pragma once

#include <array>
#include <string>
#include <utility>

#include "collectors/collector.h"
#include "metrics/metric.h"

namespace sockdiag {

/// What this process uses, as Prometheus client libraries show it: from /proc/self, getrusage(2)
/// and getrlimit(2). A file that is not there only lacks its own figures.
class ProcessCollector final : public Collector {
 public:
  static constexpr Metric kCpu{"process_cpu_seconds_total",
                               kCounter,
                               {},
                               "Total user and system CPU time spent in seconds."};
  static constexpr Metric kResident{
      "process_resident_memory_bytes", kGauge, {}, "Resident memory size in bytes."};
  static constexpr Metric kVirtual{
      "process_virtual_memory_bytes", kGauge, {}, "Virtual memory size in bytes."};
  static constexpr Metric kOpenFds{
      "process_open_fds", kGauge, {}, "Number of open file descriptors."};
  static constexpr Metric kMaxFds{
      "process_max_fds", kGauge, {}, "Maximum number of open file descriptors."};
  static constexpr Metric kStart{"process_start_time_seconds",
                                 kGauge,
                                 {},
                                 "Start time of the process since unix epoch in seconds."};
  static constexpr std::array kMetrics{&kCpu, &kResident, &kVirtual, &kOpenFds, &kMaxFds, &kStart};

  /// `root` stands for /proc.
  explicit ProcessCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return "process"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

 private:
  const std::string root_;
};

}  // namespace sockdiag
