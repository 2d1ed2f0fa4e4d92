#include "base/failure_news.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace sockdiag {

void FailureNews::Note(std::string_view error, Clock::TimePoint now, const Teller& tell) {
  if (error.empty()) {
    if (!is_open_) return;
    tell(News::kWorksAgain);
    is_open_ = false;
    return;
  }
  std::string kind(error);
  std::erase_if(kind, [](unsigned char c) { return std::isdigit(c) != 0; });
  std::erase_if(told_, [&](const Failure& failure) { return now - failure.told >= kReminder; });
  const bool is_known = std::any_of(told_.begin(), told_.end(),
                                    [&](const Failure& failure) { return failure.kind == kind; });
  if (is_known || told_.size() == kMaxKinds) return;
  // Beforehand, so that nothing fails once it is told.
  told_.reserve(kMaxKinds);
  tell(News::kFails);
  told_.push_back({std::move(kind), now});
  is_open_ = true;
}

}  // namespace sockdiag
