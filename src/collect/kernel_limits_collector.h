#pragma once

#include "base/file.h"
#include "collect/collector.h"
#include "collect/kernel_limits.h"

namespace sockdiag {

/// The limits of the kernel. A file that is not there only lacks its own gauge; the collector fails
/// when there is none at all.
class KernelLimitsCollector final : public Collector {
 public:
  [[nodiscard]] std::string_view name() const override { return "kernel_limits"; }

  [[nodiscard]] Result<void> Collect(Findings& findings) override {
    const KernelLimits limits = ReadKernelLimits();
    if (limits == KernelLimits()) {
      const auto probe = ReadFile("/proc/thread-self/net/sockstat", 65536);
      return Fail(probe ? "/proc shows none of the kernel's TCP limits" : probe.error().message);
    }
    findings.kernel_limits = limits;
    return {};
  }
};

}  // namespace sockdiag
