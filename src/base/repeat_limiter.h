#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace sockdiag {

/// Keeps a log from telling the same thing again and again: each kind of thing once in kReminder,
/// and not more than some kinds within it. One thread at a time.
class RepeatLimiter {
 public:
  static constexpr std::chrono::minutes kReminder{10};

  explicit RepeatLimiter(std::size_t max_kinds) : max_kinds_(max_kinds) {}

  /// Calls `tell`, which says whether it told, when something of this kind is to be told at `now`.
  /// Whether it was told: what was not, or whose `tell` threw, is to be told the next time.
  template <typename Tell>
  bool TryTell(std::string_view kind, Clock::TimePoint now, const Tell& tell) {
    ForgetOld(now);
    if (told_.size() >= max_kinds_ || IsKnown(kind)) return false;
    // Beforehand, so that nothing fails once it is told.
    told_.reserve(max_kinds_);
    Told entry{std::string(kind), now};
    if (!tell()) return false;
    told_.push_back(std::move(entry));
    return true;
  }

 private:
  struct Told {
    std::string kind;
    Clock::TimePoint time;
  };

  void ForgetOld(Clock::TimePoint now);
  [[nodiscard]] bool IsKnown(std::string_view kind) const;

  const std::size_t max_kinds_;
  /// What was told within kReminder.
  std::vector<Told> told_;
};

/// An error's text without its digits, which may differ from time to time: its kind.
[[nodiscard]] std::string WithoutDigits(std::string_view error);

}  // namespace sockdiag
