#include "metrics/metric_table.h"

namespace sockdiag {

std::span<const Metric> AllMetrics() {
  using namespace metrics;
  static constexpr std::array kAll{kSockets,
                                   kServiceSockets,
                                   kPortSockets,
                                   kReceiveQueue,
                                   kSendQueue,
                                   kListeners,
                                   kListenQueueLength,
                                   kListenQueueLimit,
                                   kListenQueueSaturation,
                                   kStuckSockets,
                                   kOldestSocketAge,
                                   kStateEntries,
                                   kSocketsPeak,
                                   kUntrackedSockets,
                                   kSamplingInterval,
                                   kEphemeralLimit,
                                   kEphemeralUsed,
                                   kEphemeralPerDestination,
                                   kTimeWaitLimit,
                                   kOrphans,
                                   kOrphansLimit,
                                   kMemory,
                                   kMemoryLimit,
                                   kSomaxconn,
                                   kMaxSynBacklog,
                                   kCollectorSuccess,
                                   kCollectorDuration,
                                   kDumpDuration,
                                   kDumpSockets,
                                   kDumpBytes,
                                   kDumpErrors,
                                   kFoldedKeys,
                                   kConfigReloadSuccessful,
                                   kConfigReloadSuccessTime,
                                   kWebConfigReloadSuccessful,
                                   kWebConfigReloadSuccessTime,
                                   kBuildInfo,
                                   kProcessCpu,
                                   kProcessResident,
                                   kProcessVirtual,
                                   kProcessOpenFds,
                                   kProcessMaxFds,
                                   kProcessStart};
  return kAll;
}

}  // namespace sockdiag
