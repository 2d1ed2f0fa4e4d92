#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace sockdiag {

/// Limits that alerts compare with; absent what this kernel or network namespace does not show.
struct KernelLimits {
  std::optional<double> time_wait_limit;
  std::optional<double> orphans;
  std::optional<double> orphans_limit;
  std::optional<double> memory_bytes;
  /// The three of tcp_mem: no pressure below the first, pressure from the second, at most the
  /// third.
  std::optional<double> memory_min_bytes;
  std::optional<double> memory_pressure_bytes;
  std::optional<double> memory_max_bytes;
  std::optional<double> somaxconn;
  std::optional<double> max_syn_backlog;

  friend bool operator==(const KernelLimits&, const KernelLimits&) = default;
};

/// What could be read of them.
struct KernelLimitsReading {
  KernelLimits limits;
  /// Each file that is there and could not be read, and why; empty when all is well.
  std::vector<std::string> errors;
};

/// From /proc/thread-self/net/sockstat and /proc/sys/net, of the network namespace of the calling
/// thread (networking/ip-sysctl in the kernel's documentation). `root` stands for /proc.
[[nodiscard]] KernelLimitsReading ReadKernelLimits(const std::string& root = "/proc");

/// The number behind `key` in the `TCP:` line of a sockstat text; nothing when the line lacks it.
/// An error when there is no such line, or it is not made of keys and integers.
[[nodiscard]] Result<std::optional<double>> SockstatTcpField(std::string_view text,
                                                             std::string_view key);

}  // namespace sockdiag
