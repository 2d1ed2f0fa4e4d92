#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "aggregate/service_view.h"
#include "aggregate/snapshot.h"
#include "diag/dump_error.h"
#include "diag/socket_source.h"

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

/// What the collectors find in one pass; each fills in its own part, or nothing when it fails.
struct Findings {
  TotalsByProtocol totals;
  std::vector<DumpReport> dumps;
  /// Filled in by each collector of dumps also when it fails: one for each reason.
  std::vector<DumpErrorCount> dump_errors;
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
  std::vector<DumpErrorCount> dump_errors;
};

}  // namespace sockdiag
