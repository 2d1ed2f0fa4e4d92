#include "collectors/kernel_limits_collector.h"

namespace sockdiag {

Result<void> KernelLimitsCollector::Collect(Findings& findings) {
  const KernelLimitsReading reading = ReadKernelLimits(root_);
  std::string errors;
  for (const std::string& error : reading.errors) errors += (errors.empty() ? "" : "; ") + error;
  const bool is_empty = reading.limits == KernelLimits();
  if (!is_empty) findings.kernel_limits = reading.limits;
  if (!errors.empty()) return Fail(errors);
  if (is_empty) return Fail(root_ + " shows none of the kernel's TCP limits");
  return {};
}

}  // namespace sockdiag
