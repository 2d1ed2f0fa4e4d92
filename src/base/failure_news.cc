#include "base/failure_news.h"

#include <cctype>

namespace sockdiag {

void FailureNews::Note(std::string_view error, Clock::TimePoint now, const Teller& tell) {
  if (error.empty()) {
    if (!last_ || !last_->is_open) return;
    tell(News::kWorksAgain);
    last_->is_open = false;
    return;
  }
  std::string kind(error);
  std::erase_if(kind, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (last_ && last_->kind == kind && now - last_->told < kReminder) return;
  tell(News::kFails);
  last_ = Failure{std::move(kind), now, true};
}

}  // namespace sockdiag
