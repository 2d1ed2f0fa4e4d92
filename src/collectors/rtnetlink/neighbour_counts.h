#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "collectors/rtnetlink/dumper.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/protocol.h"

namespace sockdiag {

/// Counts the neighbours of both families by state (RTM_GETNEIGH, `uapi/linux/neighbour.h`).
class NeighbourCounts final : public RtnetlinkSink {
 public:
  static constexpr Metric kNeighbours{"sockdiag_neighbours",
                                      kGauge,
                                      {"family", "state"},
                                      "Neighbours on the link whose hardware addresses are known "
                                      "or looked for (ARP, NDP); up to 60 s old."};

  /// A family and NUD_..., or one number for all states that are none of these.
  using Key = std::pair<Family, std::uint16_t>;

  /// Of both families.
  [[nodiscard]] static RtnetlinkRequest Request();

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;
  /// These, and at 0 what is in `seen` besides.
  void Show(SeenCounts<Key>& seen, Samples& samples) const;

 private:
  std::map<Key, std::uint64_t> counts_;
};

/// Takes from the neighbour tables (RTM_GETNEIGHTBL), of which a family that the kernel does not
/// have has none, how often they were full.
class NeighbourTables final : public RtnetlinkSink {
 public:
  static constexpr Metric kOverflows{
      "sockdiag_neighbour_table_overflows_total",
      kCounter,
      {"family"},
      "Neighbours refused since the table, which all network namespaces share, held gc_thresh3."};

  [[nodiscard]] static RtnetlinkRequest Request();

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;
  void Show(Samples& samples) const;

 private:
  /// Nothing where an old kernel does not say it.
  std::map<Family, std::optional<std::uint64_t>> overflows_;
};

}  // namespace sockdiag
