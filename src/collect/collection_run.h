#pragma once

#include <memory>
#include <vector>

#include "aggregate/snapshot_builder.h"
#include "aggregate/state_watch.h"
#include "base/clock.h"
#include "collect/collection.h"
#include "collect/collector.h"
#include "collect/dump_errors.h"

namespace sockdiag {

/// Runs the collectors, one after the other, and makes of their findings what is shown. A collector
/// that fails leaves the others as they are. One thread at a time; see SingleFlight.
class CollectionRun {
 public:
  /// `watch` may be null. The clock, and what the others refer to, must outlive this.
  CollectionRun(std::vector<std::unique_ptr<Collector>> collectors, SnapshotBuilder builder,
                StateWatch* watch, const DumpErrors& errors, const Clock& clock);

  [[nodiscard]] Collection Collect();

 private:
  void AddDumpErrors(Collection& collection) const;

  std::vector<std::unique_ptr<Collector>> collectors_;
  SnapshotBuilder builder_;
  StateWatch* watch_;
  const DumpErrors& errors_;
  const Clock& clock_;
};

}  // namespace sockdiag
