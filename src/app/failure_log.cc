#include "app/failure_log.h"

namespace sockdiag {

void FailureLog::Note(const std::string& error, const Log::Fields& fields) {
  news_[fields].Note(error, clock_.Now(), [&](FailureNews::News news) {
    if (news == FailureNews::News::kWorksAgain) return log_.Info(subject_ + " works again", fields);
    Log::Fields with_error = fields;
    with_error.emplace_back("error", error);
    log_.Warn(subject_ + " failed", with_error);
  });
}

}  // namespace sockdiag
