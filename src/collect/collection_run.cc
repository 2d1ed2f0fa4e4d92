#include "collect/collection_run.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace sockdiag {
namespace {

/// Whether a collector tried to dump the protocol.
bool IsCollected(const Collection& collection, Protocol protocol) {
  return std::any_of(
      collection.collectors.begin(), collection.collectors.end(),
      [&](const CollectorReport& report) { return report.collector == Name(protocol); });
}

}  // namespace

CollectionRun::CollectionRun(std::vector<std::unique_ptr<Collector>> collectors,
                             SnapshotBuilder builder, StateWatch* watch, const DumpErrors& errors,
                             const Clock& clock)
    : collectors_(std::move(collectors)),
      builder_(std::move(builder)),
      watch_(watch),
      errors_(errors),
      clock_(clock) {}

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
  const bool complete = std::all_of(kProtocols.begin(), kProtocols.end(), [&](Protocol protocol) {
    return findings.totals[Index(protocol)] || !IsCollected(collection, protocol);
  });
  const WatchReport watch = watch_ == nullptr ? WatchReport() : watch_->Report();
  collection.snapshot = builder_.Build(findings.totals, watch, complete, clock_.Now());
  collection.dumps = std::move(findings.dumps);
  collection.kernel_limits = findings.kernel_limits;
  AddDumpErrors(collection);
  return collection;
}

/// For each collector of a protocol.
void CollectionRun::AddDumpErrors(Collection& collection) const {
  for (const Protocol protocol : kProtocols) {
    if (!IsCollected(collection, protocol)) continue;
    for (const DumpErrorReason reason : kDumpErrorReasons) {
      collection.dump_errors.push_back({protocol, reason, errors_.Count(protocol, reason)});
    }
  }
}

}  // namespace sockdiag
