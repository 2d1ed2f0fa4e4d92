#include "collectors/sockets.h"

#include <chrono>
#include <utility>

#include "collectors/socket_count.h"

namespace sockdiag {

Result<void> SocketsCollector::Collect(Findings& findings) {
  const EphemeralPorts ephemeral = environment_.ephemeral_ports();
  SocketCount count(protocol_, {.matcher = *environment_.matcher,
                                .ephemeral = ephemeral,
                                .owners = environment_.owners,
                                .watch = environment_.watch,
                                .listeners = environment_.listeners,
                                .drops = environment_.drops,
                                .collects_drops = environment_.collects_drops,
                                .generation = environment_.generation});
  const Clock::TimePoint start = environment_.clock.Now();
  const DumpResult<DumpStats> stats = count.Dump(*environment_.source, StateSet::All(protocol_));
  const std::chrono::duration<double> duration = environment_.clock.Now() - start;
  if (!stats) {
    environment_.errors.Add(protocol_, stats.error().reason);
    return Fail(stats.error().message);
  }
  count.Commit();
  findings.samples.Add(kSource, 1, name(), Name(stats->source));
  findings.samples.Add(kDumpDuration, duration.count(), name());
  findings.samples.Add(kDumpSockets, stats->sockets, name());
  findings.samples.Add(kDumpBytes, stats->bytes, name());
  findings.sockets = count.tallies();
  return {};
}

void SocketsCollector::ShowErrors(Protocol protocol, const DumpErrors& errors, Samples& samples) {
  for (const DumpErrorReason reason : kDumpErrorReasons) {
    samples.Add(kDumpErrors, errors.Count(protocol, reason), Name(protocol), Name(reason));
  }
}

}  // namespace sockdiag
