#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "collectors/collection.h"
#include "collectors/collector.h"

namespace sockdiag {

/// What one run of a collector gave.
struct CollectorOutcome {
  Findings findings;
  CollectorReport report;
};

/// How a run is started: in a thread of its own, or by a test in the caller's. May throw
/// std::system_error when there is no thread to be had.
using RunStarter = std::function<void(std::function<void()>)>;
/// In a thread of its own, in the caller's network namespace.
void RunInThread(std::function<void()> run);

/// Runs one collector on its own, so that one that hangs holds up nobody else. Any thread may use
/// it.
class CollectorRunner {
 public:
  using Outcome = std::shared_ptr<const CollectorOutcome>;

  /// The clock must outlive it.
  CollectorRunner(std::unique_ptr<Collector> collector, const Clock& clock, RunStarter start);
  CollectorRunner(const CollectorRunner&) = delete;
  CollectorRunner& operator=(const CollectorRunner&) = delete;
  /// Waits for a run under way, however long it takes; see WaitUntilIdle().
  ~CollectorRunner();

  /// The outcome of the run under way, else of a new one. What a collector throws is its error.
  [[nodiscard]] std::shared_future<Outcome> Run();

  [[nodiscard]] std::string name() const { return std::string(collector_->name()); }
  /// When the run under way began; nothing when there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> running_since() const;
  /// False when a run is still under way after `grace`.
  [[nodiscard]] bool WaitUntilIdle(std::chrono::milliseconds grace);

 private:
  /// What went wrong when not even the error can be told, as when memory runs out.
  [[nodiscard]] std::exception_ptr Collect(CollectorOutcome& outcome) noexcept;
  /// The last that a run does with this object.
  void Land();

  const std::unique_ptr<Collector> collector_;
  const Clock& clock_;
  const RunStarter start_;
  mutable std::mutex mutex_;
  std::condition_variable landed_;
  std::optional<Clock::TimePoint> running_since_;
  std::shared_future<Outcome> under_way_;
};

}  // namespace sockdiag
