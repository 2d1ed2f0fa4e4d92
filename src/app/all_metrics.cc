#include "app/all_metrics.h"

#include <algorithm>

#include "app/self_samples.h"
#include "collectors/owners_by_name.h"
#include "collectors/registry.h"
#include "collectors/scheduler.h"
#include "collectors/socket_memory.h"
#include "collectors/sockets.h"
#include "sockets/tally/ephemeral_ports_tally.h"
#include "sockets/tally/socket_tallies.h"
#include "sockets/watch/drops_by_port.h"
#include "sockets/watch/sampler.h"
#include "sockets/watch/stuck_ports.h"
#include "sockets/watch/watch_figures.h"

namespace sockdiag {

std::vector<const Metric*> AllMetrics() {
  std::vector<const Metric*> all = SocketTallies::Metrics();
  const auto add = [&](const auto& metrics) {
    all.insert(all.end(), metrics.begin(), metrics.end());
  };
  add(WatchFiguresByName::kMetrics);
  add(StuckPorts::kMetrics);
  add(DropsByPort::kMetrics);
  add(OwnersByName::kMetrics);
  add(Sampler::kMetrics);
  add(EphemeralPortsTally::kMetrics);
  for (const CollectorEntry& collector : AllCollectors()) add(collector.metrics);
  add(Scheduler::kMetrics);
  add(SocketsCollector::kMetrics);
  add(SocketMemory::kMetrics);
  add(SelfSamples::kMetrics);
  // Those that every exporter has come last.
  std::stable_partition(all.begin(), all.end(),
                        [](const Metric* metric) { return metric->name.starts_with("sockdiag_"); });
  return all;
}

}  // namespace sockdiag
