#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "collectors/collector.h"
#include "metrics/metric.h"
#include "metrics/samples.h"

namespace sockdiag {

/// How one collector fared.
struct CollectorReport {
  std::string collector;
  double seconds = 0;
  /// Why it failed; empty when it did not.
  std::string error;
  /// See Findings; so the next ones.
  std::string lack = {};
  bool is_beyond_limit = false;
  bool is_denied = false;

  [[nodiscard]] bool Succeeded() const { return error.empty(); }
};

/// What all collectors gave at one moment, ready to be shown.
struct Collection {
  Samples samples;
  /// The samples in Prometheus's text format.
  std::shared_ptr<const std::string> text;
  /// In the collectors' order.
  std::vector<CollectorReport> collectors;
};

/// How a run is started: in a thread of its own, or by a test in the caller's. May throw
/// std::system_error when there is no thread to be had.
using RunStarter = std::function<void(std::function<void()>)>;
/// In a thread of its own, in the caller's network namespace.
void RunInThread(std::function<void()> run);

/// Runs the collectors side by side, those that dump sockets in threads of their own, so that one
/// that fails or hangs holds up nobody else; see RunsIn. Any thread may use it.
class Scheduler {
 public:
  static constexpr Metric kSuccess{
      "sockdiag_collector_success",
      kGauge,
      {"collector"},
      "1 when the last collection of this collector succeeded, else 0."};
  static constexpr Metric kDuration{"sockdiag_collector_duration_seconds",
                                    kGauge,
                                    {"collector"},
                                    "How long the last collection of this collector took."};
  static constexpr std::array kMetrics{&kSuccess, &kDuration};

  /// Completes a collection, once for all who share it, from the findings in the collectors' order:
  /// null where a run has not ended. Called by one thread at a time.
  using Completion =
      std::function<void(const std::vector<std::shared_ptr<const Findings>>&, Collection&)>;

  /// The clock must outlive this.
  Scheduler(std::vector<std::unique_ptr<Collector>> collectors, Completion complete,
            const Clock& clock, const RunStarter& start = RunInThread);
  /// Waits for runs under way, however long they take; see WaitForRuns().
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// One collection for all who ask at the same time. It waits for the collectors until the
  /// deadline, or as long as they take when there is none; one that is not done by then is reported
  /// as failed. Null after Close(). Throws std::bad_alloc for want of memory.
  [[nodiscard]] std::shared_ptr<const Collection> Collect(std::optional<Clock::TimePoint> deadline);

  /// From now on no run is started; collections under way come to their end.
  void Close();

  /// How many wait for a collection right now.
  [[nodiscard]] int waiting() const { return waiting_; }
  /// When the longest run under way began; nothing when there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> running_since() const;
  /// False when, of the runs that are under way now, one still is after `grace`; of all collectors
  /// or of this one.
  [[nodiscard]] bool WaitForRuns(std::chrono::milliseconds grace,
                                 std::string_view collector = {}) const;

 private:
  struct Run;
  class Runner;
  struct Job;
  struct Part;
  struct Flight;

  [[nodiscard]] std::shared_ptr<Flight> Join();
  void Start(const std::vector<Job>& jobs);
  /// Who comes from now on gets another one.
  void CloseFlight(const std::shared_ptr<Flight>& flight);
  [[nodiscard]] std::shared_ptr<const Collection> Whole(Flight& flight);
  [[nodiscard]] std::shared_ptr<const Collection> Assemble(const Flight& flight);
  /// Adds what one run found, or that it is not done.
  void AddPart(const Part& part, std::vector<std::shared_ptr<const Findings>>& findings,
               Collection& collection) const;

  const Completion complete_;
  const Clock& clock_;
  const RunStarter start_;
  std::vector<std::unique_ptr<Runner>> runners_;
  std::atomic<int> waiting_ = 0;
  std::mutex mutex_;
  /// The collection that is open to all who ask.
  std::shared_ptr<Flight> open_;
  bool is_closed_ = false;
  std::mutex completion_mutex_;
};

}  // namespace sockdiag
