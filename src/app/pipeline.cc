#include "app/pipeline.h"

#include <utility>
#include <vector>

#include "collect/socket_collector.h"
#include "services/ephemeral_range.h"

namespace sockdiag {

Pipeline::Pipeline(const Config& config, const ServicesDatabase& database, SocketSource& source,
                   const Clock& clock)
    : matcher_(config.services, database),
      run_(MakeCollectors(config, source, clock), SnapshotBuilder(matcher_, config.limits), clock) {
}

std::vector<std::unique_ptr<Collector>> Pipeline::MakeCollectors(const Config& config,
                                                                 SocketSource& source,
                                                                 const Clock& clock) const {
  const auto ephemeral_range = [] { return ReadEphemeralRange().value_or(kDefaultEphemeralRange); };
  std::vector<std::unique_ptr<Collector>> collectors;
  const std::pair<Protocol, bool> switches[] = {{Protocol::kTcp, config.collectors.tcp},
                                                {Protocol::kUdp, config.collectors.udp}};
  for (const auto& [protocol, enabled] : switches) {
    if (!enabled) continue;
    collectors.push_back(
        std::make_unique<SocketCollector>(protocol, source, matcher_, ephemeral_range, clock));
  }
  return collectors;
}

}  // namespace sockdiag
