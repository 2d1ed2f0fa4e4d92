#include "collect/socket_collector.h"

#include <chrono>
#include <utility>

#include "aggregate/socket_aggregator.h"

namespace sockdiag {

SocketCollector::SocketCollector(Protocol protocol, SocketSource& source,
                                 const ServiceMatcher& matcher,
                                 EphemeralRangeReader ephemeral_range, const Clock& clock)
    : protocol_(protocol),
      source_(source),
      matcher_(matcher),
      ephemeral_range_(std::move(ephemeral_range)),
      clock_(clock) {}

Result<void> SocketCollector::Collect(Findings& findings) {
  SocketAggregator aggregator(protocol_, matcher_, ephemeral_range_());
  const Clock::TimePoint start = clock_.Now();
  const DumpResult<DumpStats> stats = source_.Dump(protocol_, aggregator);
  const std::chrono::duration<double> duration = clock_.Now() - start;
  if (!stats) ++errors_[Index(stats.error().reason)];
  for (const DumpErrorReason reason : kDumpErrorReasons) {
    findings.dump_errors.push_back({protocol_, reason, errors_[Index(reason)]});
  }
  if (!stats) return Fail(stats.error().message);
  findings.dumps.push_back({protocol_, duration.count(), *stats});
  findings.totals[Index(protocol_)] = std::move(aggregator).TakeTotals();
  return {};
}

}  // namespace sockdiag
