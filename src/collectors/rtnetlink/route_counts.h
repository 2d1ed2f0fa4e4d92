#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>

#include "collectors/rtnetlink/dumper.h"
#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/protocol.h"

namespace sockdiag {

struct RouteMessage;

/// Counts the routes of one family, of all of its tables or of one.
class RouteCounts final : public RtnetlinkSink {
  /// Tables with a name come first.
  struct Kind {
    bool has_numbered_table;
    std::uint32_t table;
    std::uint8_t protocol;
    std::uint8_t type;
    friend auto operator<=>(const Kind&, const Kind&) = default;
  };

 public:
  static constexpr Metric kRoutes{"sockdiag_routes",
                                  kGauge,
                                  {"family", "table", "protocol", "type"},
                                  "Routes by the table that they are in, who made them and what "
                                  "becomes of packets; up to 60 s old."};
  /// Distinct kinds of routes of one family that are shown; the rest is `other`.
  static constexpr std::size_t kKinds = 50;

  /// Beyond `limit` routes it ends the dump; those of other tables than a given one, which kernels
  /// before 4.20 list too, go towards that and are not counted.
  RouteCounts(Family family, std::size_t limit, std::optional<std::uint32_t> table = {})
      : family_(family), limit_(limit), table_(table) {}

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;
  [[nodiscard]] bool HasEnough() const override { return IsBeyondLimit(); }

  /// Then the counts are a part of the whole.
  [[nodiscard]] bool IsBeyondLimit() const { return routes_ > limit_; }
  [[nodiscard]] bool has_default_route() const { return lets_rest_out_.value_or(false); }

  [[nodiscard]] bool IsEmpty() const { return counts_.empty(); }

  /// What was shown before. It stays, at 0 when there are none: that a routing daemon has withdrawn
  /// all of its routes could not be asked for otherwise. Tables come and go, so that of more than
  /// kKinds, those at the end of their order are forgotten that have no routes.
  class Seen {
    friend class RouteCounts;
    std::set<Kind> kinds_;
    bool others_ = false;
  };
  /// These, and at 0 what is in `seen` of the same tables besides.
  void Show(Seen& seen, Samples& samples) const;

 private:
  void Count(const Kind& kind);

  Family family_;
  std::size_t limit_;
  std::optional<std::uint32_t> table_;
  std::size_t routes_ = 0;
  /// Of the first route that decides.
  std::optional<bool> lets_rest_out_;
  /// The first kKinds in their order, whatever the order of the dump.
  std::map<Kind, std::uint64_t> counts_;
  std::uint64_t others_ = 0;
};

/// Whether the route, to everywhere in the main table, takes all packets that no other one does,
/// and lets them out (unicast) or not (prohibit and the like); nothing of any other route, or over
/// a device that is not set up. The kernel lists the one that it prefers first. Without a carrier
/// it stays, as the kernel goes on using it (RTNH_F_LINKDOWN;
/// net.ipv4.conf.*.ignore_routes_with_linkdown is 0).
[[nodiscard]] std::optional<bool> LetsTheRestOut(const RouteMessage& route);

/// Looks whether there is a default route without walking a large table.
class DefaultRouteSearch final : public RtnetlinkSink {
 public:
  /// So many records are looked at. IPv4 needs very few, since what begins with zeros comes first;
  /// of IPv6 the default route comes last.
  static constexpr std::size_t kRecords = 256;

  explicit DefaultRouteSearch(Family family) : family_(family) {}

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;
  [[nodiscard]] bool HasEnough() const override { return has_ended_; }

  /// Nothing when the table is too large to tell.
  [[nodiscard]] std::optional<bool> found() const;

 private:
  [[nodiscard]] tl::unexpected<DumpError> End();

  Family family_;
  std::size_t records_ = 0;
  bool has_ended_ = false;
  /// Of the first route that decides.
  std::optional<bool> lets_rest_out_;
};

}  // namespace sockdiag
