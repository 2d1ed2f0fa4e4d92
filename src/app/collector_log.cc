#include "app/collector_log.h"

namespace sockdiag {

void CollectorLog::Note(const std::vector<CollectorReport>& reports) {
  for (const CollectorReport& report : reports) {
    if (!report.Succeeded()) {
      NoteFailure(report);
    } else if (failing_.erase(report.collector) != 0) {
      log_.Info("collector works again", {{"collector", report.collector}});
    }
    log_.Debug("collected", {{"collector", report.collector},
                             {"success", report.Succeeded() ? "true" : "false"},
                             {"seconds", std::to_string(report.seconds)}});
  }
}

void CollectorLog::NoteFailure(const CollectorReport& report) {
  const Clock::TimePoint now = clock_.Now();
  const auto known = failing_.find(report.collector);
  const bool silent = known != failing_.end() && known->second.error == report.error &&
                      now - known->second.logged < kReminder;
  if (silent) return;
  failing_.insert_or_assign(report.collector, Failure{report.error, now});
  log_.Warn("collector failed", {{"collector", report.collector}, {"error", report.error}});
}

}  // namespace sockdiag
