#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sockdiag {

/// Limits that alerts compare with; absent what this kernel or network namespace does not show,
/// and what is below zero.
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

/// From /proc/thread-self/net/sockstat and /proc/sys/net, of the network namespace of the calling
/// thread (networking/ip-sysctl in the kernel's documentation). `root` stands for /proc.
[[nodiscard]] KernelLimits ReadKernelLimits(const std::string& root = "/proc");

/// The number behind `key` in the `TCP:` line of a sockstat text; nothing when it is not there.
[[nodiscard]] std::optional<std::uint64_t> SockstatTcpField(std::string_view text,
                                                            std::string_view key);

}  // namespace sockdiag
