#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/log.h"

namespace spdlog {
class logger;
}

namespace sockdiag {

enum class LogFormat { kLogfmt, kJson };

/// Writes one line an event: time, level, message and fields, as logfmt or JSON. Control characters
/// and broken UTF-8 are escaped, so that a line stays a line, and a line above 4 KiB is shortened,
/// with "..." where something is missing.
class SpdlogLog final : public Log {
 public:
  /// To standard error. While nobody reads that and it is full, lines are left out and nobody
  /// waits; how many is told as soon as there is room.
  SpdlogLog(LogLevel level, LogFormat format);
  /// To a stream that must outlive the log.
  SpdlogLog(LogLevel level, LogFormat format, std::ostream& stream);
  SpdlogLog(const SpdlogLog&) = delete;
  SpdlogLog& operator=(const SpdlogLog&) = delete;
  ~SpdlogLog() override;

 private:
  void Write(LogLevel level, std::string_view message, const Fields& fields) const override;
  [[nodiscard]] std::string Line(std::string_view message, const Fields& fields) const;
  /// False when some were, and there is no room for a line about it. With the mutex held.
  [[nodiscard]] bool TellLeftOut() const;

  std::shared_ptr<spdlog::logger> logger_;
  /// Whether a line can be written within this time; a stream always can.
  std::function<bool(std::chrono::milliseconds)> has_room_;
  mutable std::mutex mutex_;
  mutable unsigned left_out_ = 0;
  LogFormat format_;
};

}  // namespace sockdiag
