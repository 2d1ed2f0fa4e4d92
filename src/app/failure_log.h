#pragma once

#include <map>
#include <string>

#include "app/spdlog_log.h"
#include "base/clock.h"
#include "base/failure_news.h"

namespace sockdiag {

/// Tells the operator what FailureNews finds worth it. One thread at a time.
class FailureLog {
 public:
  /// `subject`: what fails, as in "SUBJECT failed". Log and clock must outlive this.
  FailureLog(std::string subject, const Log& log, const Clock& clock)
      : subject_(std::move(subject)), log_(log), clock_(clock) {}

  /// What came of one attempt: why it failed, or an empty text. `fields` tell the attempts of
  /// several things apart.
  void Note(const std::string& error, const Log::Fields& fields = {});

 private:
  const std::string subject_;
  const Log& log_;
  const Clock& clock_;
  std::map<Log::Fields, FailureNews> news_;
};

}  // namespace sockdiag
