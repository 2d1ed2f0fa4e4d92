#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "app/pipeline.h"
#include "base/failure_log.h"
#include "collectors/scheduler.h"
#include "findings/findings_memory.h"

namespace sockdiag {

/// Collects when asked, once for all who ask at the same time. Any thread may use it.
class ScrapeService {
 public:
  /// Both must outlive this. Use() must come first.
  ScrapeService(const Log& log, const Clock& clock)
      : log_(log), failures_("collector", log, clock), findings_(clock) {}

  /// Waits for the collectors until the deadline, or as long as they take when there is none. What
  /// is not done by then is shown as failed.
  [[nodiscard]] std::shared_ptr<const Collection> Get(std::optional<Clock::TimePoint> deadline);

  /// What a collection shows to be wrong, beside those before it.
  [[nodiscard]] WhatIsWrong FindWhatIsWrong(const Collection& collection) {
    return findings_.Find(collection.samples);
  }
  /// How many wait for a collection right now.
  [[nodiscard]] int waiting() const { return pipeline()->waiting(); }
  /// Whether sockets were dumped so far, if any are to be.
  [[nodiscard]] bool HasCollected() const { return has_collected_; }

  /// From now on this one is in force, and collections come from it. Those under way keep theirs
  /// until they are done. When it throws, for want of memory, nothing has changed.
  void Use(std::shared_ptr<Pipeline> pipeline);
  /// The pipeline in use.
  [[nodiscard]] std::shared_ptr<Pipeline> pipeline() const;

 private:
  /// Once for all who share it.
  void Tell(const std::shared_ptr<const Collection>& collection);
  /// Once, until it is another one.
  void TellLack(const CollectorReport& report);

  const Log& log_;
  std::atomic<bool> has_collected_ = false;
  std::mutex telling_mutex_;
  FailureLog failures_;
  FindingsMemory findings_;
  /// By collector.
  std::map<std::string, std::string> told_lacks_;
  std::weak_ptr<const Collection> last_told_;
  mutable std::mutex mutex_;
  std::shared_ptr<Pipeline> pipeline_;
};

/// Logs what a collector lacks: what a limit leaves out is a warning, what this kernel does not
/// have is none.
void LogLack(const CollectorReport& report, const Log& log);

}  // namespace sockdiag
