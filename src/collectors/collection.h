#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectors/kernel_limits.h"
#include "netlink/dump_error.h"
#include "sockets/source/socket_source.h"
#include "sockets/tally/service_view.h"
#include "sockets/tally/snapshot.h"

namespace sockdiag {

/// A dump that was read to its end.
struct DumpReport {
  Protocol protocol;
  double seconds;
  DumpStats stats;
};

/// Failed dumps since the start.
struct DumpErrorCount {
  Protocol protocol;
  DumpErrorReason reason;
  std::uint64_t count;
};

/// What collectors find; each fills in its own part, or what it has of it when it fails.
struct Findings {
  TotalsByProtocol totals;
  std::vector<DumpReport> dumps;
  std::optional<KernelLimits> kernel_limits;
};

/// How one collector fared.
struct CollectorReport {
  std::string collector;
  double seconds;
  /// Why it failed; empty when it did not.
  std::string error;

  [[nodiscard]] bool Succeeded() const { return error.empty(); }
};

/// One pass over all collectors, ready to be shown.
struct Collection {
  Snapshot snapshot;
  std::vector<CollectorReport> collectors;
  std::vector<DumpReport> dumps;
  /// Of each protocol that is collected, one for each reason.
  std::vector<DumpErrorCount> dump_errors;
  std::optional<KernelLimits> kernel_limits;
  /// The time between two samples; absent when there is no sampler.
  std::optional<double> sampling_interval_seconds;
};

}  // namespace sockdiag
