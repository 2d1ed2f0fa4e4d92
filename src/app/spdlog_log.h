#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spdlog {
class logger;
}

namespace sockdiag {

/// For a line that may be lost when there is no memory for it, so that what it tells of goes on.
template <typename Write>
void TryToLog(const Write& write) noexcept {
  try {
    write();
  } catch (const std::bad_alloc&) {
    // Then there is no line.
  }
}

enum class LogLevel { kDebug, kInfo, kWarn, kError };
enum class LogFormat { kLogfmt, kJson };

/// Writes one line an event: time, level, message and fields, as logfmt or JSON. Control characters
/// and broken UTF-8 are escaped, so that a line stays a line, and a line above 4 KiB is shortened,
/// with "..." where something is missing. Any thread may use it.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string>;
  using Fields = std::vector<Field>;

  /// To standard error. While nobody reads that and it is full, lines are left out and nobody
  /// waits; how many is told as soon as there is room.
  Log(LogLevel level, LogFormat format);
  /// To a stream that must outlive the log.
  Log(LogLevel level, LogFormat format, std::ostream& stream);
  ~Log();

  /// Something an operator must act on.
  void Error(std::string_view message, const Fields& fields = {}) const;
  /// Something is degraded.
  void Warn(std::string_view message, const Fields& fields = {}) const;
  /// Life cycle.
  void Info(std::string_view message, const Fields& fields = {}) const;
  void Debug(std::string_view message, const Fields& fields = {}) const;

 private:
  [[nodiscard]] std::string Line(std::string_view message, const Fields& fields) const;
  /// False when some were, and there is no room for a line about it. With the mutex held.
  [[nodiscard]] bool TellLeftOut() const;
  void Write(LogLevel level, std::string_view message, const Fields& fields) const;

  std::shared_ptr<spdlog::logger> logger_;
  /// Whether a line can be written within this time; a stream always can.
  std::function<bool(std::chrono::milliseconds)> has_room_;
  mutable std::mutex mutex_;
  mutable unsigned left_out_ = 0;
  LogFormat format_;
};

}  // namespace sockdiag
