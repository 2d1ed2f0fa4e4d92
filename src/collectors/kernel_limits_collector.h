#pragma once

#include <string>
#include <utility>

#include "collectors/collector.h"
#include "collectors/kernel_limits.h"

namespace sockdiag {

/// The limits of the kernel. A file that is not there only lacks its own gauge; one that is there
/// and cannot be read makes the collector fail, and the others are shown all the same.
class KernelLimitsCollector final : public Collector {
 public:
  /// `root` stands for /proc.
  explicit KernelLimitsCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return "kernel_limits"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

 private:
  const std::string root_;
};

}  // namespace sockdiag
