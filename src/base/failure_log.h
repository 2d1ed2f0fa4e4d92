#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/clock.h"
#include "base/log.h"
#include "base/repeat_limiter.h"

namespace sockdiag {

/// Tells what an operator should hear of something that is done again and again: that it begins to
/// fail, that it fails for another reason, that it works again; and once in
/// RepeatLimiter::kReminder for each reason while it goes on failing, or fails and works by turns,
/// so that a broken host does not fill its log. One thread at a time.
class FailureLog {
 public:
  /// So many reasons are told within that time; more would be no help.
  static constexpr std::size_t kMaxKinds = 8;

  /// `subject`: what fails, as in "SUBJECT failed" and "SUBJECT works again". Log and clock must
  /// outlive this.
  FailureLog(std::string subject, const Log& log, const Clock& clock)
      : subject_(std::move(subject)), log_(log), clock_(clock) {}

  /// What came of one attempt: why it failed, or an empty text. `fields` tell the attempts of
  /// several things apart. Writes one line at most; what throws has told nothing, and is told at
  /// the next attempt.
  void Note(const std::string& error, const Log::Fields& fields = {});

 private:
  /// Of the attempts of one thing.
  struct History {
    RepeatLimiter told{kMaxKinds};
    /// Whether it was told that it fails, and not yet that it works again.
    bool is_failure_told = false;
  };

  void NoteSuccess(History& history, const Log::Fields& fields);
  void NoteFailure(History& history, const std::string& error, const Log::Fields& fields);

  const std::string subject_;
  const Log& log_;
  const Clock& clock_;
  std::map<Log::Fields, History> histories_;
};

}  // namespace sockdiag
