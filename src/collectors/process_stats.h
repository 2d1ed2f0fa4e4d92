#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace sockdiag {

/// What this process uses, as Prometheus client libraries show it; absent what is not there.
struct ProcessStats {
  std::optional<double> cpu_seconds;
  std::optional<double> resident_memory_bytes;
  std::optional<double> virtual_memory_bytes;
  std::optional<double> open_fds;
  std::optional<double> max_fds;
  /// Unix time.
  std::optional<double> start_time_seconds;
  /// What is there and could not be read, and why; empty when all is well.
  std::string error;
};

/// From /proc/self, getrusage(2) and getrlimit(2). `root` stands for /proc.
[[nodiscard]] ProcessStats ReadProcessStats(const std::string& root = "/proc");

/// The fields of /proc/PID/stat that count here, in its units (proc(5)).
struct ProcStat {
  std::uint64_t start_ticks;
  std::uint64_t virtual_bytes;
  std::uint64_t resident_pages;
};

/// An error when the text is not of that form. The process name may hold anything, also `)`.
[[nodiscard]] Result<ProcStat> ParseProcStat(std::string_view text);

}  // namespace sockdiag
