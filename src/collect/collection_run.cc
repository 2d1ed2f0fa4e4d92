#include "collect/collection_run.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace sockdiag {

CollectionRun::CollectionRun(std::vector<std::unique_ptr<Collector>> collectors,
                             SnapshotBuilder builder, const Clock& clock)
    : collectors_(std::move(collectors)), builder_(std::move(builder)), clock_(clock) {}

Collection CollectionRun::Collect() {
  Findings findings;
  Collection collection;
  for (const std::unique_ptr<Collector>& collector : collectors_) {
    const Clock::TimePoint start = clock_.Now();
    const Result<void> result = collector->Collect(findings);
    const std::chrono::duration<double> duration = clock_.Now() - start;
    collection.collectors.push_back({std::string(collector->name()), duration.count(),
                                     result ? std::string() : result.error().message});
  }
  const bool complete =
      std::all_of(collection.collectors.begin(), collection.collectors.end(),
                  [](const CollectorReport& report) { return report.Succeeded(); });
  collection.snapshot = builder_.Build(findings.totals, complete, clock_.Now());
  collection.dumps = std::move(findings.dumps);
  collection.dump_errors = std::move(findings.dump_errors);
  return collection;
}

}  // namespace sockdiag
