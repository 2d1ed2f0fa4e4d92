#include "http/server/accept_failure_log.h"

#include <string>

#include "base/repeat_limiter.h"

namespace sockdiag::http {

void AcceptFailureLog::NoteFailure(std::string_view address, std::string_view why) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    is_failing_ = true;
    accepted_.clear();
    std::string line = "cannot accept a connection";
    if (!address.empty()) line += " on " + std::string(address);
    // On whichever address, it is one trouble.
    if (warnings_.Warn(line + ": " + std::string(why), WithoutDigits(why))) is_failure_told_ = true;
  } catch (...) {
    // It is told the next time.
  }
}

void AcceptFailureLog::NoteAccepted(int fd) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (is_failing_) accepted_.insert(fd);
  } catch (...) {
    // Out of memory: the next one will show it.
  }
}

void AcceptFailureLog::NoteRequest(int fd) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (!accepted_.contains(fd)) return;
    if (is_failure_told_) log_.Info("connections are taken again");
    is_failure_told_ = false;
    is_failing_ = false;
    accepted_.clear();
  } catch (...) {
    // Out of memory: it is told at the next request.
  }
}

}  // namespace sockdiag::http
