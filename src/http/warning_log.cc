#include "http/warning_log.h"

#include <utility>

namespace sockdiag::http {

bool WarningLog::Admit(std::string_view line, unsigned& dropped) {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  std::erase_if(told_, [&](const auto& entry) { return now - entry.second >= kReminder; });
  if (told_.contains(line)) return false;
  if (written_ == 0 || now - window_start_ >= std::chrono::minutes(1)) {
    window_start_ = now;
    written_ = 0;
  }
  if (written_ == kLinesPerMinute) {
    ++dropped_;
    return false;
  }
  told_.emplace(line, now);
  ++written_;
  dropped = std::exchange(dropped_, 0);
  return true;
}

void WarningLog::Write(std::string_view line) noexcept {
  if (!callback_) return;
  try {
    unsigned dropped = 0;
    if (!Admit(line, dropped)) return;
    if (dropped > 0) callback_("left out " + std::to_string(dropped) + " warnings like this one");
    callback_(line);
  } catch (...) {
    // A log that fails must not take the server with it.
  }
}

}  // namespace sockdiag::http
