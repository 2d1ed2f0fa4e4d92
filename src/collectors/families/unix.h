#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/families/family_dump.h"
#include "collectors/families/named_listeners.h"
#include "metrics/metric.h"

namespace sockdiag {

/// Unix sockets of the network namespace of the calling thread: how many, how full the queues of
/// their listeners are, and those of listeners whose path a glob names.
class UnixCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "unix";

  /// Of `collectors.unix.paths`: globs as of glob(7), without escapes.
  UnixCollector(NetlinkOpener open, const Clock& clock, std::vector<std::string> paths)
      : dump_(std::move(open), clock, kName, "unix_diag"), named_(std::move(paths)) {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  [[nodiscard]] Result<void> CollectNamed(Findings& findings);

  FamilyDump dump_;
  NamedListeners named_;
};

}  // namespace sockdiag
