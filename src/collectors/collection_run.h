#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "collectors/collection.h"
#include "collectors/collector_runner.h"
#include "sockets/source/dump_errors.h"
#include "sockets/tally/snapshot_builder.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// The runs whose outcomes make up one collection. Any thread may use it.
class CollectionRound {
 public:
  struct Part {
    std::string collector;
    Clock::TimePoint since;
    std::shared_future<CollectorRunner::Outcome> outcome;
  };

  explicit CollectionRound(std::vector<Part> parts) : parts_(std::move(parts)) {}

  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  /// Whether every run has ended, at the latest at the deadline; without one it waits for them all.
  bool WaitUntil(std::optional<Clock::TimePoint> deadline) const;

 private:
  std::vector<Part> parts_;
};

/// Runs the collectors side by side, and makes of their findings what is shown. A collector that
/// fails, or hangs, leaves the others as they are. Any thread may use it.
class CollectionRun {
 public:
  /// `watch` may be null. The clock, and what the others refer to, must outlive this.
  CollectionRun(std::vector<std::unique_ptr<Collector>> collectors, SnapshotBuilder builder,
                StateWatch* watch, const DumpErrors& errors, const Clock& clock,
                const RunStarter& start = RunInThread);

  /// Starts every collector that does not run already.
  [[nodiscard]] CollectionRound Begin();
  /// From the runs that have ended; a collector whose run has not is reported as failed.
  [[nodiscard]] Collection Assemble(const CollectionRound& round);
  /// Begin(), wait for all, Assemble().
  [[nodiscard]] Collection Collect();

  /// Goes on from the memory of another run, of another configuration: ages, counters and names. A
  /// pass of it over the watched sockets must come to its end for that; false, and nothing is
  /// changed, when one is still under way after `grace`. Nobody passes over this one's watch
  /// meanwhile. When it throws, for want of memory, the other run is as it was.
  [[nodiscard]] bool TakeOver(CollectionRun& before, const ServiceTranslation& translation,
                              std::chrono::milliseconds grace);

  /// When the longest run under way began; nothing when there is none.
  [[nodiscard]] std::optional<Clock::TimePoint> running_since() const;
  /// False when a run is still under way after `grace`.
  [[nodiscard]] bool WaitUntilIdle(std::chrono::milliseconds grace);

 private:
  void AddDumpErrors(Collection& collection) const;

  std::vector<std::unique_ptr<CollectorRunner>> runners_;
  StateWatch* watch_;
  const DumpErrors& errors_;
  const Clock& clock_;
  std::mutex mutex_;
  SnapshotBuilder builder_;
};

}  // namespace sockdiag
