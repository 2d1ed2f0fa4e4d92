#include "base/failure_log.h"

namespace sockdiag {

void FailureLog::Note(const std::string& error, const Log::Fields& fields) {
  History& history = histories_[fields];
  if (error.empty()) {
    NoteSuccess(history, fields);
  } else {
    NoteFailure(history, error, fields);
  }
}

void FailureLog::NoteSuccess(History& history, const Log::Fields& fields) {
  if (!history.is_failure_told) return;
  log_.Info(subject_ + " works again", fields);
  history.is_failure_told = false;
}

void FailureLog::NoteFailure(History& history, const std::string& error,
                             const Log::Fields& fields) {
  const bool told = history.told.TryTell(WithoutDigits(error), clock_.Now(), [&] {
    Log::Fields with_error = fields;
    with_error.emplace_back("error", error);
    log_.Warn(subject_ + " failed", with_error);
    return true;
  });
  if (told) history.is_failure_told = true;
}

}  // namespace sockdiag
