#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/cpu_time.h"
#include "base/file.h"
#include "netlink/dump_error.h"
#include "sockets/source/refusal_memory.h"

namespace sockdiag {

/// Where tables of /proc are read, and with which clocks.
struct ProcReading {
  /// Must outlive whoever reads.
  const Clock& clock;
  /// Stands for /proc.
  std::string root = "/proc";
  CpuClock cpu_clock = ThreadCpuTime;
  /// See RefusalMemory::Options.
  bool is_used_again = true;
};

/// The kernel looks through some tables of /proc from the front at each read(2) of 4 KiB, so that
/// the time grows with the square of their lines. Beyond a limit they are given up, and not read
/// again so soon. It is one of CPU time: a busy machine is no reason to lose figures, and how long
/// a collection may take, the scheduler knows. One thread at a time.
class ReadLimit {
 public:
  ReadLimit(const ProcReading& reading, std::chrono::milliseconds limit)
      : cpu_clock_(reading.cpu_clock),
        limit_(limit),
        memory_(reading.clock, {.is_used_again = reading.is_used_again}) {}

  /// What `read(const ReadCheck&)` gives, a DumpResult. It is to call the check before each
  /// read(2), and to end with its error; that is a kTimeout.
  template <typename Read>
  [[nodiscard]] auto Apply(const Read& read) -> decltype(read(ReadCheck())) {
    if (const auto refusal = memory_.Find()) return tl::unexpected(*refusal);
    bool is_exceeded = false;
    auto result = read([&, start = cpu_clock_()]() -> Result<void> {
      is_exceeded = cpu_clock_() - start > limit_;
      return is_exceeded ? TooMuch() : Result<void>();
    });
    if (result || !is_exceeded) return result;
    return tl::unexpected(
        memory_.Note({DumpErrorReason::kTimeout, std::move(result.error().message)}));
  }

 private:
  [[nodiscard]] Result<void> TooMuch() const {
    return Fail("reading took more than the limit of " + std::to_string(limit_.count()) +
                " ms of CPU time");
  }

  const CpuClock cpu_clock_;
  const std::chrono::milliseconds limit_;
  RefusalMemory memory_;
};

}  // namespace sockdiag
