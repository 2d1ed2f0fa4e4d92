#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "collectors/collector.h"
#include "metrics/metric.h"

namespace sockdiag {

/// How full the table of tracked connections is and what did not get into it (conntrack(8)), of the
/// network namespace of the calling thread: /proc/sys/net/netfilter/nf_conntrack_{count,max} and
/// /proc/thread-self/net/stat/nf_conntrack. Without connection tracking there are no figures. A
/// file that is there and cannot be read makes the collector fail, and the others are shown all the
/// same.
class ConntrackCollector final : public Collector {
 public:
  static constexpr Metric kEntries{
      "sockdiag_conntrack_entries", kGauge, {}, "Connections that are tracked."};
  static constexpr Metric kLimit{
      "sockdiag_conntrack_limit",
      kGauge,
      {},
      "How many the host tracks at most; beyond it packets of new connections are dropped."};
  static constexpr Metric kDrops{
      "sockdiag_conntrack_drops_total",
      kCounter,
      {"reason"},
      "Packets that could not be tracked and so were dropped, and entries that were given up early "
      "to make room, by the kernel's words."};
  static constexpr std::array kMetrics{&kEntries, &kLimit, &kDrops};

  /// `root` stands for /proc.
  explicit ConntrackCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return "conntrack"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

 private:
  const std::string root_;
};

/// What the kernel drops, each summed over all CPUs.
struct ConntrackDrops {
  /// There was no room, or the packet was refused.
  std::uint64_t drop = 0;
  /// Entries without an answer so far that made room for others.
  std::uint64_t early_drop = 0;
  /// Another packet was quicker with an entry of the same addresses and ports.
  std::uint64_t insert_failed = 0;

  bool operator==(const ConntrackDrops&) const = default;
};

/// From /proc/net/stat/nf_conntrack: a line of names, then one of hexadecimal numbers for each CPU.
/// A name that is not there counts 0.
[[nodiscard]] Result<ConntrackDrops> ParseConntrackStat(std::string_view text);

}  // namespace sockdiag
