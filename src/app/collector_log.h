#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/log.h"
#include "base/clock.h"
#include "collect/collection.h"

namespace sockdiag {

/// Tells the operator when a collector begins to fail, fails for another reason, and works again;
/// and once in kReminder while it goes on failing, so that every scrape of a broken host is not a
/// line.
class CollectorLog {
 public:
  static constexpr std::chrono::minutes kReminder{10};

  /// Both must outlive this.
  CollectorLog(const Log& log, const Clock& clock) : log_(log), clock_(clock) {}

  /// One thread at a time.
  void Note(const std::vector<CollectorReport>& reports);

 private:
  struct Failure {
    std::string error;
    Clock::TimePoint logged;
  };

  void NoteFailure(const CollectorReport& report);

  const Log& log_;
  const Clock& clock_;
  std::map<std::string, Failure> failing_;
};

}  // namespace sockdiag
