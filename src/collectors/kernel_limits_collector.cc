#include "collectors/kernel_limits_collector.h"

#include "collectors/kernel_limits.h"

namespace sockdiag {

Result<void> KernelLimitsCollector::Collect(Findings& findings) {
  const KernelLimitsReading reading = ReadKernelLimits(root_);
  const KernelLimits& limits = reading.limits;
  std::string errors;
  for (const std::string& error : reading.errors) errors += (errors.empty() ? "" : "; ") + error;
  Samples& samples = findings.samples;
  const auto add = [&](const Metric& metric, const std::optional<double>& figure,
                       const auto&... labels) {
    if (figure) samples.Add(metric, *figure, labels...);
  };
  add(kTimeWaitLimit, limits.time_wait_limit);
  add(kOrphans, limits.orphans);
  add(kOrphansLimit, limits.orphans_limit);
  add(kMemory, limits.memory_bytes);
  add(kMemoryLimit, limits.memory_min_bytes, "min");
  add(kMemoryLimit, limits.memory_pressure_bytes, "pressure");
  add(kMemoryLimit, limits.memory_max_bytes, "max");
  add(kSomaxconn, limits.somaxconn);
  add(kMaxSynBacklog, limits.max_syn_backlog);
  if (!errors.empty()) return Fail(errors);
  if (samples.families().empty()) return Fail(root_ + " shows none of the kernel's TCP limits");
  return {};
}

}  // namespace sockdiag
