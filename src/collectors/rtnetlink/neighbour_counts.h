#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "collectors/rtnetlink/dumper.h"
#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/protocol.h"

namespace sockdiag {

/// Counts the neighbours of both families by state (RTM_GETNEIGH, `uapi/linux/neighbour.h`).
class NeighbourCounts final : public RtnetlinkSink {
 public:
  static constexpr Metric kNeighbours{
      "sockdiag_neighbours",
      kGauge,
      {"family", "state"},
      "Neighbours on the link whose hardware addresses are known or looked for (ARP, NDP)."};

  /// Of both families.
  [[nodiscard]] static RtnetlinkRequest Request();

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;
  void Show(Samples& samples) const;

 private:
  /// By family and NUD_...
  std::map<std::pair<Family, std::uint16_t>, std::uint64_t> counts_;
};

/// Takes from the neighbour tables (RTM_GETNEIGHTBL) how often they were full.
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
  std::map<Family, std::uint64_t> overflows_;
};

}  // namespace sockdiag
