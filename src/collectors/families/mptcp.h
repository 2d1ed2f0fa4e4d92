#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families/family_dump.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "model/protocol.h"
#include "model/socket_state.h"

namespace sockdiag {

/// MPTCP sockets of the network namespace of the calling thread, beside their subflows, which are
/// TCP sockets and counted as such. Nothing until one was seen: most hosts have none, and are asked
/// once in kPause until then.
class MptcpCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "mptcp";

  MptcpCollector(NetlinkOpener open, const Clock& clock)
      : dump_(std::move(open), clock, kName, "mptcp_diag"), clock_(clock) {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

  /// While there were none. The kernel goes through tables that are as large as its memory lets
  /// them be, which costs as much as all other families together.
  static constexpr std::chrono::minutes kPause{1};

 private:
  [[nodiscard]] Result<bool> Count();

  FamilyDump dump_;
  const Clock& clock_;
  Clock::TimePoint next_look_{};
  SeenCounts<std::pair<Family, SocketState>> counts_;
};

}  // namespace sockdiag
