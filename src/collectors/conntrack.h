#pragma once

#include <array>
#include <cstdint>
#include <optional>
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
  static constexpr Metric kEntries{"sockdiag_conntrack_entries",
                                   kGauge,
                                   {},
                                   "Connections that are tracked in this network namespace."};
  static constexpr Metric kLimit{
      "sockdiag_conntrack_limit",
      kGauge,
      {},
      "How many each network namespace tracks at most, by its own count; beyond it packets of new "
      "connections are dropped. Absent without a limit (nf_conntrack_max 0)."};
  static constexpr Metric kDrops{
      "sockdiag_conntrack_drops_total",
      kCounter,
      {"reason"},
      "drop: packets dropped as they could not be tracked. early_drop: no packets but entries, "
      "without an answer so far, given up to make room."};
  static constexpr Metric kInsertFailures{
      "sockdiag_conntrack_insert_failures_total",
      kCounter,
      {},
      "Entries that could not be inserted, as a rule since another packet of the same addresses "
      "and ports was quicker. A clash that is lost is within reason=\"drop\" of the drops, too "
      "(insert_failed)."};
  static constexpr std::array kMetrics{&kEntries, &kLimit, &kDrops, &kInsertFailures};

  /// `root` stands for /proc.
  explicit ConntrackCollector(std::string root = "/proc") : root_(std::move(root)) {}

  [[nodiscard]] std::string_view name() const override { return "conntrack"; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

 private:
  const std::string root_;
};

/// What the kernel drops, each summed over all CPUs; nothing where it has no such counter.
struct ConntrackDrops {
  /// There was no room, or the packet was refused.
  std::optional<std::uint64_t> drop;
  /// Entries without an answer so far that made room for others.
  std::optional<std::uint64_t> early_drop;
  /// Another packet was quicker with an entry of the same addresses and ports. Where nothing could
  /// be done about it, the packet counts as a drop, too (nf_ct_resolve_clash() in
  /// net/netfilter/nf_conntrack_core.c).
  std::optional<std::uint64_t> insert_failed;

  bool operator==(const ConntrackDrops&) const = default;
};

/// From /proc/net/stat/nf_conntrack: a line of names, then one of hexadecimal numbers for each CPU.
[[nodiscard]] Result<ConntrackDrops> ParseConntrackStat(std::string_view text);

}  // namespace sockdiag
