#include "base/failure_news.h"

#include <cctype>

namespace sockdiag {

FailureNews::News FailureNews::Note(std::string_view error, Clock::TimePoint now) {
  if (error.empty()) {
    if (!last_ || !last_->is_open) return News::kNone;
    last_->is_open = false;
    return News::kWorksAgain;
  }
  std::string kind(error);
  std::erase_if(kind, [](unsigned char c) { return std::isdigit(c) != 0; });
  if (last_ && last_->kind == kind && now - last_->told < kReminder) return News::kNone;
  last_ = Failure{std::move(kind), now, true};
  return News::kFails;
}

}  // namespace sockdiag
