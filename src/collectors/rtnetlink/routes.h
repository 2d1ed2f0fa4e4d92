#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "collectors/collector.h"
#include "collectors/rtnetlink/dumper.h"
#include "metrics/metric.h"
#include "model/protocol.h"

namespace sockdiag {

/// What a RoutesCollector needs; the clock must outlive it.
struct RoutesEnvironment {
  NetlinkOpener open_netlink;
  /// A family with more routes is left out.
  std::size_t limit;
  const Clock& clock;
};

/// Routes and neighbours (ip-route(8), ip-neighbour(8)), of the network namespace of the calling
/// thread. Whether there is a default route is asked each time; the tables are read when the last
/// reading is kReadEvery old, as they may be large. What cannot be read makes the collector fail,
/// and the rest is shown.
class RoutesCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "routes";
  static constexpr std::chrono::seconds kReadEvery{60};

  explicit RoutesCollector(RoutesEnvironment environment);

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  /// What the tables held at one time.
  struct Reading {
    Clock::TimePoint time;
    Samples samples;
    /// By Family; nothing where the table was left out.
    std::array<std::optional<bool>, kFamilies.size()> has_default_route;
    std::array<bool, kFamilies.size()> is_missing{};
    std::vector<std::string> lacks;
    std::vector<std::string> errors;
  };

  [[nodiscard]] Reading Read(Clock::TimePoint now);
  void ReadRoutes(Family family, Reading& reading);
  template <typename Sink>
  void ReadNeighbours(Reading& reading);
  /// As it is now; of a table that is too large to search, as it was at the reading.
  void ShowDefaultRoute(Family family, Reading& reading, Samples& samples);

  const RoutesEnvironment environment_;
  RtnetlinkDumper dumper_;
  /// The last one, when nothing was wrong with it.
  std::optional<Reading> reading_;
};

}  // namespace sockdiag
