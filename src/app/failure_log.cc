#include "app/failure_log.h"

namespace sockdiag {

void FailureLog::Note(const std::string& error, const Log::Fields& fields) {
  const std::lock_guard lock(mutex_);
  Log::Fields with_error = fields;
  switch (news_[fields].Note(error, clock_.Now())) {
    case FailureNews::News::kFails:
      with_error.emplace_back("error", error);
      log_.Warn(subject_ + " failed", with_error);
      break;
    case FailureNews::News::kWorksAgain:
      log_.Info(subject_ + " works again", fields);
      break;
    case FailureNews::News::kNone:
      break;
  }
}

}  // namespace sockdiag
