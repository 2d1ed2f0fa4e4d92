#pragma once

#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sockdiag {

enum class LogLevel { kDebug, kInfo, kWarn, kError };

/// Where the program tells its operator what happens: each call is one event, a message and fields.
/// Any thread may use it. A call may throw std::bad_alloc; then nothing was written.
class Log {
 public:
  using Field = std::pair<std::string_view, std::string>;
  using Fields = std::vector<Field>;

  virtual ~Log() = default;

  /// Something an operator must act on.
  void Error(std::string_view message, const Fields& fields = {}) const {
    Write(LogLevel::kError, message, fields);
  }
  /// Something is degraded.
  void Warn(std::string_view message, const Fields& fields = {}) const {
    Write(LogLevel::kWarn, message, fields);
  }
  /// Life cycle.
  void Info(std::string_view message, const Fields& fields = {}) const {
    Write(LogLevel::kInfo, message, fields);
  }
  void Debug(std::string_view message, const Fields& fields = {}) const {
    Write(LogLevel::kDebug, message, fields);
  }

 private:
  virtual void Write(LogLevel level, std::string_view message, const Fields& fields) const = 0;
};

/// For a line that may be lost when there is no memory for it, so that what it tells of goes on.
template <typename Writing>
void TryToLog(const Writing& writing) noexcept {
  try {
    writing();
  } catch (const std::bad_alloc&) {
    // Then there is no line.
  }
}

}  // namespace sockdiag
