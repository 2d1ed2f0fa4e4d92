#include "base/repeat_limiter.h"

#include <algorithm>
#include <cctype>

namespace sockdiag {

void RepeatLimiter::ForgetOld(Clock::TimePoint now) {
  std::erase_if(told_, [now](const Told& told) { return now - told.time >= kReminder; });
}

bool RepeatLimiter::IsKnown(std::string_view kind) const {
  return std::any_of(told_.begin(), told_.end(),
                     [kind](const Told& told) { return told.kind == kind; });
}

std::string WithoutDigits(std::string_view error) {
  std::string text(error);
  std::erase_if(text, [](unsigned char c) { return std::isdigit(c) != 0; });
  return text;
}

}  // namespace sockdiag
