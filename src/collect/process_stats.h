#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sockdiag {

/// What this process uses, as Prometheus client libraries show it; absent what cannot be read.
struct ProcessStats {
  std::optional<double> cpu_seconds;
  std::optional<double> resident_memory_bytes;
  std::optional<double> virtual_memory_bytes;
  std::optional<double> open_fds;
  std::optional<double> max_fds;
  /// Unix time.
  std::optional<double> start_time_seconds;
};

/// From /proc/self, getrusage(2) and getrlimit(2).
[[nodiscard]] ProcessStats ReadProcessStats();

/// The fields of /proc/PID/stat that count here, in its units (proc(5)).
struct ProcStat {
  std::uint64_t start_ticks;
  std::uint64_t virtual_bytes;
  std::uint64_t resident_pages;
};

/// Nothing when the text is not of that form. The process name may hold anything, also `)`.
[[nodiscard]] std::optional<ProcStat> ParseProcStat(std::string_view text);

/// The `btime` line of /proc/stat: Unix time of the boot.
[[nodiscard]] std::optional<std::uint64_t> ParseBootTime(std::string_view text);

}  // namespace sockdiag
