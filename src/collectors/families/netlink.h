#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "collectors/collector.h"
#include "collectors/families/family_table.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "sockets/watch/socket_drops.h"

namespace sockdiag {

/// Netlink sockets of programs in the network namespace of the calling thread, from
/// /proc/thread-self/net/netlink: how many, and what they dropped. (netlink_diag loses some between
/// its datagrams, and lists those of groups twice.)
class NetlinkCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "netlink";

  /// The drops must outlive it.
  NetlinkCollector(SocketDrops<std::uint32_t>& drops, const ProcReading& reading);

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  /// It would count the netlink sockets of the others.
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kLast; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  SocketDrops<std::uint32_t>& drops_;
  FamilyTable table_;
  /// By protocol.
  SeenCounts<std::uint32_t> counts_;
};

}  // namespace sockdiag
