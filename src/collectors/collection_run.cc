#include "collectors/collection_run.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sockdiag {
namespace {

/// Whether a collector tried to dump the protocol.
bool IsCollected(const Collection& collection, Protocol protocol) {
  return std::any_of(
      collection.collectors.begin(), collection.collectors.end(),
      [&](const CollectorReport& report) { return report.collector == Name(protocol); });
}

bool HasEnded(const CollectionRound::Part& part) {
  return part.outcome.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

/// Adds what one collector found.
void Merge(const Findings& part, Findings& whole) {
  for (std::size_t i = 0; i < part.totals.size(); ++i) {
    if (part.totals[i]) whole.totals[i] = part.totals[i];
  }
  whole.dumps.insert(whole.dumps.end(), part.dumps.begin(), part.dumps.end());
  if (part.kernel_limits) whole.kernel_limits = part.kernel_limits;
}

}  // namespace

bool CollectionRound::WaitUntil(std::optional<Clock::TimePoint> deadline) const {
  return std::all_of(parts_.begin(), parts_.end(), [&](const Part& part) {
    if (deadline) return part.outcome.wait_until(*deadline) == std::future_status::ready;
    part.outcome.wait();
    return true;
  });
}

CollectionRun::CollectionRun(std::vector<std::unique_ptr<Collector>> collectors,
                             SnapshotBuilder builder, StateWatch* watch, const DumpErrors& errors,
                             const Clock& clock, const RunStarter& start)
    : watch_(watch), errors_(errors), clock_(clock), builder_(std::move(builder)) {
  for (std::unique_ptr<Collector>& collector : collectors) {
    runners_.push_back(std::make_unique<CollectorRunner>(std::move(collector), clock, start));
  }
}

CollectionRound CollectionRun::Begin() {
  std::vector<CollectionRound::Part> parts;
  for (const std::unique_ptr<CollectorRunner>& runner : runners_) {
    const Clock::TimePoint since = runner->running_since().value_or(clock_.Now());
    parts.push_back({runner->name(), since, runner->Run()});
  }
  return CollectionRound(std::move(parts));
}

Collection CollectionRun::Assemble(const CollectionRound& round) {
  Findings findings;
  Collection collection;
  for (const CollectionRound::Part& part : round.parts()) {
    if (HasEnded(part)) {
      const CollectorOutcome& outcome = *part.outcome.get();
      collection.collectors.push_back(outcome.report);
      Merge(outcome.findings, findings);
    } else {
      const std::chrono::duration<double> age = clock_.Now() - part.since;
      collection.collectors.push_back({part.collector, age.count(), "not done in time"});
    }
  }
  const bool complete = std::all_of(kProtocols.begin(), kProtocols.end(), [&](Protocol protocol) {
    return findings.totals[Index(protocol)] || !IsCollected(collection, protocol);
  });
  collection.dumps = std::move(findings.dumps);
  collection.kernel_limits = findings.kernel_limits;
  AddDumpErrors(collection);
  const std::lock_guard lock(mutex_);
  const WatchReport watch = watch_ == nullptr ? WatchReport() : watch_->Report();
  collection.snapshot = builder_.Build(findings.totals, watch, complete, clock_.Now());
  // Only now: had there been no memory for the snapshot, the next one would have to count them.
  if (watch_ != nullptr) watch_->Take(watch);
  return collection;
}

Collection CollectionRun::Collect() {
  const CollectionRound round = Begin();
  round.WaitUntil(std::nullopt);
  return Assemble(round);
}

bool CollectionRun::TakeOver(CollectionRun& before, const ServiceTranslation& translation,
                             std::chrono::milliseconds grace) {
  const bool both_watch = watch_ != nullptr && before.watch_ != nullptr;
  std::optional<StateWatch::Pass> pass = both_watch ? before.watch_->Begin(grace) : std::nullopt;
  if (both_watch && !pass) return false;
  // Watch and builder together: what is assembled in between would be counted twice.
  const std::scoped_lock lock(mutex_, before.mutex_);
  builder_.TakeOver(before.builder_);
  // Last, as it changes the other run, unless it throws.
  if (pass) watch_->TakeOver(*before.watch_, *std::move(pass), translation);
  return true;
}

std::optional<Clock::TimePoint> CollectionRun::running_since() const {
  std::optional<Clock::TimePoint> earliest;
  for (const std::unique_ptr<CollectorRunner>& runner : runners_) {
    const std::optional<Clock::TimePoint> since = runner->running_since();
    if (since && (!earliest || *since < *earliest)) earliest = since;
  }
  return earliest;
}

bool CollectionRun::WaitUntilIdle(std::chrono::milliseconds grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  return std::all_of(runners_.begin(), runners_.end(), [&](const auto& runner) {
    const auto left = deadline - std::chrono::steady_clock::now();
    return runner->WaitUntilIdle(std::chrono::ceil<std::chrono::milliseconds>(left));
  });
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
