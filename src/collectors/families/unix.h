#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collectors/collector.h"
#include "collectors/families/family_dump.h"
#include "metrics/metric.h"

namespace sockdiag {

/// Unix sockets of the network namespace of the calling thread: how many, how full the queues of
/// their listeners are, and those of listeners whose path a glob names.
class UnixCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "unix";
  /// Paths that are shown: the first ones by name.
  static constexpr std::size_t kMostPaths = 100;

  /// Of `collectors.unix.paths`: globs as of glob(7), without escapes.
  UnixCollector(NetlinkOpener open, const Clock& clock, std::vector<std::string> paths)
      : dump_(std::move(open), clock, kName, "unix_diag"), globs_(std::move(paths)) {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  [[nodiscard]] Result<void> CollectPaths(Findings& findings);

  FamilyDump dump_;
  const std::vector<std::string> globs_;
};

/// A name of a unix socket as it is shown: an abstract one begins with `@`, see unix(7). Valid
/// UTF-8.
[[nodiscard]] std::string ShownUnixName(std::string_view name);

}  // namespace sockdiag
