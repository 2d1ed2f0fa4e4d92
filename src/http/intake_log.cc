#include "http/intake_log.h"

#include <exception>
#include <utility>

namespace sockdiag::http {
namespace {

/// What FailureNews is to tell again.
class NotTold final : public std::exception {};

}  // namespace

void IntakeLog::Fail(std::string_view address, std::string_view why) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    has_started_ = false;
    news_.Note(why, clock_.Now(), [&](FailureNews::News) {
      std::string line = "cannot accept a connection";
      if (!address.empty()) line += " on " + std::string(address);
      if (!warnings_.Write(line + ": " + std::string(why))) throw NotTold();
    });
  } catch (...) {
    // It is told the next time.
  }
}

void IntakeLog::Start() noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (!std::exchange(has_started_, true)) return;
    news_.Note("", clock_.Now(), [&](FailureNews::News) {
      if (info_) info_("connections are taken again");
    });
  } catch (...) {
    // As above.
  }
}

}  // namespace sockdiag::http
