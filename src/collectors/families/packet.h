#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "collectors/families/family_dump.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "sockets/watch/socket_drops.h"

namespace sockdiag {

/// Packet sockets, as tcpdump(8) and DHCP clients have them, of the network namespace of the
/// calling thread: how many, and what they dropped.
class PacketCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "packet";

  /// The drops must outlive it.
  PacketCollector(NetlinkOpener open, SocketDrops<std::uint32_t>& drops, const Clock& clock)
      : dump_(std::move(open), clock, kName, "packet_diag"), drops_(drops) {
    for (const std::string_view usual : {"raw", "datagram"}) counts_.Add(usual, 0);
  }

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  FamilyDump dump_;
  SocketDrops<std::uint32_t>& drops_;
  /// By SocketTypeName().
  SeenCounts<std::string_view> counts_;
};

}  // namespace sockdiag
