#pragma once

#include <chrono>
#include <map>
#include <string>

#include "app/log.h"
#include "base/clock.h"

namespace sockdiag {

/// Tells the operator when something that is done again and again begins to fail, fails for another
/// reason, and works again; and once in kReminder while it goes on failing, or fails and works by
/// turns, so that a broken host does not fill its log.
class FailureLog {
 public:
  static constexpr std::chrono::minutes kReminder{10};

  /// `subject`: what fails, as in "SUBJECT failed". Log and clock must outlive this.
  FailureLog(std::string subject, const Log& log, const Clock& clock)
      : subject_(std::move(subject)), log_(log), clock_(clock) {}

  /// What came of one attempt: why it failed, or an empty text. `fields` tell the attempts of
  /// several things apart. One thread at a time.
  void Note(const std::string& error, const Log::Fields& fields = {});

 private:
  struct Failure {
    /// The error without its digits, which may differ from time to time.
    std::string kind;
    Clock::TimePoint logged;
    /// Whether a line says that it fails, and none yet that it works again.
    bool is_open;
  };

  const std::string subject_;
  const Log& log_;
  const Clock& clock_;
  std::map<Log::Fields, Failure> failures_;
};

}  // namespace sockdiag
