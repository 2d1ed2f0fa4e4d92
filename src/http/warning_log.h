#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sockdiag::http {

/// Takes one line, without a newline at its end. Called from any thread, several at once.
using LogCallback = std::function<void(std::string_view)>;

/// Hands warnings on, but none that was handed on a short while ago, and not more of them in a
/// minute than an operator would read: what clients cause, clients could flood the log with.
/// Thread-safe.
class WarningLog {
 public:
  static constexpr unsigned kLinesPerMinute = 10;
  /// How long the same line is not told again.
  static constexpr std::chrono::minutes kReminder{10};

  /// A null callback drops everything. `clock` must outlive this.
  WarningLog(LogCallback callback, const Clock& clock)
      : callback_(std::move(callback)), clock_(clock) {}

  /// Never throws: it is called from C code.
  void Write(std::string_view line) noexcept;

 private:
  /// Whether to write now; `dropped` is what was left out before, without repetitions.
  bool Admit(std::string_view line, unsigned& dropped);

  const LogCallback callback_;
  const Clock& clock_;
  std::mutex mutex_;
  /// What was told within kReminder, and when: at most kLinesPerMinute for each of its minutes.
  std::map<std::string, Clock::TimePoint, std::less<>> told_;
  Clock::TimePoint window_start_{};
  unsigned written_ = 0;
  unsigned dropped_ = 0;
};

}  // namespace sockdiag::http
