#include "collectors/process.h"

#include <optional>

#include "collectors/process_stats.h"

namespace sockdiag {

Result<void> ProcessCollector::Collect(Findings& findings) {
  const ProcessStats stats = ReadProcessStats(root_);
  const auto add = [&](const Metric& metric, const std::optional<double>& figure) {
    if (figure) findings.samples.Add(metric, *figure);
  };
  add(kCpu, stats.cpu_seconds);
  add(kResident, stats.resident_memory_bytes);
  add(kVirtual, stats.virtual_memory_bytes);
  add(kOpenFds, stats.open_fds);
  add(kMaxFds, stats.max_fds);
  add(kStart, stats.start_time_seconds);
  if (!stats.error.empty()) return Fail(stats.error);
  return {};
}

}  // namespace sockdiag
