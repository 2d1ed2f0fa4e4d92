#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"

namespace sockdiag::testing {

/// For tests that look at no line.
class NullLog final : public Log {
  void Write(LogLevel, std::string_view, const Fields&) const override {}
};

/// Keeps what is logged, for looking at while others write.
class FakeLog final : public Log {
 public:
  /// From now on, or no longer, writing throws.
  void SetBroken(bool is_broken) { is_broken_ = is_broken; }
  void Clear() {
    const std::lock_guard lock(mutex_);
    entries_.clear();
  }

  /// The messages so far, without their fields.
  [[nodiscard]] std::vector<std::string> Messages() const {
    return Select([](const Entry&) { return true; });
  }
  [[nodiscard]] std::vector<std::string> Messages(LogLevel level) const {
    return Select([level](const Entry& entry) { return entry.level == level; });
  }
  /// As logfmt without the time, one line each.
  [[nodiscard]] std::string Text() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const Entry& entry : entries_) text += entry.line;
    return text;
  }

  /// Whether there is a warning with this in its message.
  [[nodiscard]] bool HasWarning(std::string_view part) const {
    const std::lock_guard lock(mutex_);
    return FindWarning(part);
  }
  /// False when none comes within ten seconds.
  [[nodiscard]] bool WaitForWarning(std::string_view part) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), [&] { return FindWarning(part); });
  }

 private:
  struct Entry {
    LogLevel level;
    std::string message;
    std::string line;
  };

  static std::string Quoted(std::string_view text) {
    const bool is_bare = !text.empty() && text.find(' ') == text.npos;
    return is_bare ? std::string(text) : "\"" + std::string(text) + "\"";
  }
  static std::string LineOf(LogLevel level, std::string_view message, const Fields& fields) {
    constexpr const char* kNames[] = {"debug", "info", "warn", "error"};
    std::string line = "level=" + std::string(kNames[static_cast<int>(level)]);
    line += " msg=" + Quoted(message);
    for (const auto& [key, value] : fields) line += " " + std::string(key) + "=" + Quoted(value);
    return line + "\n";
  }

  void Write(LogLevel level, std::string_view message, const Fields& fields) const override {
    if (is_broken_) throw std::runtime_error("the log is broken");
    const std::lock_guard lock(mutex_);
    entries_.push_back({level, std::string(message), LineOf(level, message, fields)});
    changed_.notify_all();
  }
  template <typename Predicate>
  [[nodiscard]] std::vector<std::string> Select(const Predicate& is_wanted) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> messages;
    for (const Entry& entry : entries_) {
      if (is_wanted(entry)) messages.push_back(entry.message);
    }
    return messages;
  }
  [[nodiscard]] bool FindWarning(std::string_view part) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return entry.level == LogLevel::kWarn && entry.message.find(part) != std::string::npos;
    });
  }

  std::atomic<bool> is_broken_ = false;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable std::vector<Entry> entries_;
};

}  // namespace sockdiag::testing
