#include "app/failure_log.h"

#include <algorithm>
#include <cctype>

namespace sockdiag {

void FailureLog::Note(const std::string& error, const Log::Fields& fields) {
  const auto known = failures_.find(fields);
  if (error.empty()) {
    if (known == failures_.end() || !known->second.is_open) return;
    log_.Info(subject_ + " works again", fields);
    known->second.is_open = false;
    return;
  }
  std::string kind = error;
  std::erase_if(kind, [](unsigned char c) { return std::isdigit(c) != 0; });
  const Clock::TimePoint now = clock_.Now();
  const bool silent = known != failures_.end() && known->second.kind == kind &&
                      now - known->second.logged < kReminder;
  if (silent) return;
  Log::Fields with_error = fields;
  with_error.emplace_back("error", error);
  log_.Warn(subject_ + " failed", with_error);
  failures_.insert_or_assign(fields, Failure{kind, now, true});
}

}  // namespace sockdiag
