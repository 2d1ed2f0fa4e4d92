#pragma once

#include <memory>
#include <vector>

#include "aggregate/snapshot_builder.h"
#include "base/clock.h"
#include "collect/collection.h"
#include "collect/collector.h"

namespace sockdiag {

/// Runs the collectors, one after the other, and makes of their findings what is shown. A collector
/// that fails leaves the others as they are. One thread at a time; see SingleFlight.
class CollectionRun {
 public:
  /// The clock, and what the collectors and the builder refer to, must outlive this.
  CollectionRun(std::vector<std::unique_ptr<Collector>> collectors, SnapshotBuilder builder,
                const Clock& clock);

  [[nodiscard]] Collection Collect();

 private:
  std::vector<std::unique_ptr<Collector>> collectors_;
  SnapshotBuilder builder_;
  const Clock& clock_;
};

}  // namespace sockdiag
