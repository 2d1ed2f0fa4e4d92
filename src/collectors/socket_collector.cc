#include "collectors/socket_collector.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "sockets/tally/socket_aggregator.h"

namespace sockdiag {

SocketCollector::SocketCollector(Protocol protocol, SocketSource& source,
                                 const ServiceMatcher& matcher,
                                 EphemeralPortsReader ephemeral_ports, StateWatch* watch,
                                 DumpErrors& errors, const Clock& clock)
    : protocol_(protocol),
      source_(source),
      matcher_(matcher),
      ephemeral_ports_(std::move(ephemeral_ports)),
      watch_(watch),
      errors_(errors),
      clock_(clock) {}

Result<void> SocketCollector::Collect(Findings& findings) {
  std::optional<StateWatch::Pass> pass = watch_ == nullptr ? std::nullopt : watch_->TryBegin();
  SocketAggregator aggregator(protocol_, matcher_, ephemeral_ports_(), pass ? &*pass : nullptr);
  const Clock::TimePoint start = clock_.Now();
  const DumpResult<DumpStats> stats = source_.Dump(protocol_, StateSet::All(protocol_), aggregator);
  const std::chrono::duration<double> duration = clock_.Now() - start;
  if (!stats) {
    errors_.Add(protocol_, stats.error().reason);
    return Fail(stats.error().message);
  }
  if (pass) std::move(*pass).Commit();
  findings.dumps.push_back({protocol_, duration.count(), *stats});
  findings.totals[Index(protocol_)] =
      std::make_shared<const ProtocolTotals>(std::move(aggregator).TakeTotals());
  return {};
}

}  // namespace sockdiag
