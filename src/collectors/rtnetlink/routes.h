#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/rtnetlink/dumper.h"
#include "collectors/rtnetlink/kept_dump.h"
#include "collectors/rtnetlink/neighbour_counts.h"
#include "collectors/rtnetlink/route_counts.h"
#include "collectors/seen_counts.h"
#include "metrics/metric.h"
#include "model/protocol.h"

namespace sockdiag {

/// What a RoutesCollector needs; the clock must outlive it.
struct RoutesEnvironment {
  NetlinkOpener open_netlink;
  /// Of a family with more routes, all tables but main and local are left out, and so is each of
  /// these that has more.
  std::size_t limit;
  const Clock& clock;
};

/// Routes and neighbours (ip-route(8), ip-neighbour(8)), of the network namespace of the calling
/// thread. Whether there is a default route is asked each time; each of the tables, which may be
/// large, is read when its last reading is kReadEvery old, even when that failed. What cannot be
/// read makes the collector fail, and the rest is shown.
class RoutesCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "routes";
  static constexpr std::chrono::seconds kReadEvery{60};

  explicit RoutesCollector(RoutesEnvironment environment);

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  /// What one Collect() has to say besides its samples.
  struct Troubles {
    void Add(std::string_view what, const DumpError& error);

    std::vector<std::string> lacks;
    bool is_beyond_limit = false;
    bool is_denied = false;
    std::vector<std::string> errors;
  };

  struct FamilyReadings {
    KeptDump<RouteCounts> all;
    /// Where those are too many.
    KeptDump<RouteCounts> main;
    KeptDump<RouteCounts> local;
    RouteCounts::Seen seen;
  };

  void ShowFamily(Family family, Samples& samples, Troubles& troubles);
  /// Of a family with more routes than the limit, the tables that every host has, each of which may
  /// have as many. The main table, if it was counted.
  const RouteCounts* ShowNamedTables(Family family, Samples& samples, Troubles& troubles);
  /// Null when it is not there, cannot be read or has more routes than the limit.
  const RouteCounts* CountTable(Family family, std::uint32_t table, KeptDump<RouteCounts>& kept,
                                Troubles& troubles);
  /// As it is now; of a table that is too large to search, and where a lookup does not tell, as it
  /// was when it was read, which `main` says if it was counted.
  void ShowDefaultRoute(Family family, const RouteCounts* main, Samples& samples,
                        Troubles& troubles);
  void ShowNeighbours(Samples& samples, Troubles& troubles);
  template <typename Sink>
  const DumpResult<Sink>& Read(const RtnetlinkRequest& request, const Sink& fresh,
                               KeptDump<Sink>& kept);

  const RoutesEnvironment environment_;
  RtnetlinkDumper dumper_;
  /// By Family.
  std::array<FamilyReadings, kFamilies.size()> routes_;
  KeptDump<NeighbourCounts> neighbours_;
  SeenCounts<NeighbourCounts::Key> seen_neighbours_;
  KeptDump<NeighbourTables> neighbour_tables_;
};

}  // namespace sockdiag
