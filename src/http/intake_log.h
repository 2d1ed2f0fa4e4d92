#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/failure_news.h"
#include "http/warning_log.h"

namespace sockdiag::http {

/// Tells when connections cannot be taken, for lack of descriptors, memory or threads, and when
/// they can again; see FailureNews. Thread-safe.
class IntakeLog {
 public:
  /// `info` may be null. The others must outlive this.
  IntakeLog(WarningLog& warnings, LogCallback info, const Clock& clock)
      : warnings_(warnings), info_(std::move(info)), clock_(clock) {}

  /// A connection could not be taken. `address`: on which it came; empty when that is not known.
  void Fail(std::string_view address, std::string_view why) noexcept;
  /// A connection is about to get its thread. The one before has got it then, unless Fail() was
  /// called in between.
  void Start() noexcept;

 private:
  WarningLog& warnings_;
  const LogCallback info_;
  const Clock& clock_;
  std::mutex mutex_;
  bool has_started_ = false;
  FailureNews news_;
};

}  // namespace sockdiag::http
