#include "collectors/rtnetlink/routes.h"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "collectors/rtnetlink/default_route_lookup.h"
#include "collectors/rtnetlink/route_message.h"

namespace sockdiag {
namespace {

constexpr Metric kDefaultRoute{
    "sockdiag_default_route",
    kGauge,
    {"family"},
    "1 when the main table has a default route over a device that is set up, "
    "else 0. A lost carrier alone does not take it away."};

constexpr std::array kMetrics{&kDefaultRoute, &RouteCounts::kRoutes, &NeighbourCounts::kNeighbours,
                              &NeighbourTables::kOverflows};

/// The kernel has nothing that dumps it, such as no IPv6.
bool IsMissing(const DumpError& error) { return error.kernel_errno == EOPNOTSUPP; }

/// There is no such table (yet), so no route in it.
bool HasNoTable(const DumpError& error) { return error.kernel_errno == ENOENT; }

void AddOnce(std::string text, std::vector<std::string>& texts) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

std::string RoutesOf(Family family) { return std::string(Name(family)) + " routes"; }

}  // namespace

std::span<const Metric* const> RoutesCollector::Metrics() { return kMetrics; }

/// What is denied is not there for us, and that is no failure.
void RoutesCollector::Troubles::Add(std::string_view what, const DumpError& error) {
  const bool is_of_all = error.reason == DumpErrorReason::kOpen;
  AddOnce(is_of_all ? error.message : std::string(what) + ": " + error.message,
          error.is_denied ? lacks : errors);
  is_denied = is_denied || error.is_denied;
}

RoutesCollector::RoutesCollector(RoutesEnvironment environment)
    : environment_(std::move(environment)), dumper_(environment_.open_netlink) {}

Result<void> RoutesCollector::Collect(Findings& findings) {
  Troubles troubles;
  for (const Family family : kFamilies) ShowFamily(family, findings.samples, troubles);
  ShowNeighbours(findings.samples, troubles);
  findings.lack = Joined(troubles.lacks);
  findings.is_denied = troubles.is_denied;
  findings.is_beyond_limit = troubles.is_beyond_limit;
  if (!troubles.errors.empty()) return Fail(Joined(troubles.errors));
  return {};
}

template <typename Sink>
const DumpResult<Sink>& RoutesCollector::Read(const RtnetlinkRequest& request, const Sink& fresh,
                                              KeptDump<Sink>& kept) {
  return kept.Get(environment_.clock.Now(), kReadEvery, dumper_, request, fresh);
}

void RoutesCollector::ShowFamily(Family family, Samples& samples, Troubles& troubles) {
  FamilyReadings& readings = routes_[static_cast<std::size_t>(family)];
  const DumpResult<RouteCounts>& counts =
      Read(RoutesRequest(family), RouteCounts(family, environment_.limit), readings.all);
  if (!counts && IsMissing(counts.error())) return;
  if (!counts && !HasNoTable(counts.error())) {
    troubles.Add(RoutesOf(family), counts.error());
  }
  const RouteCounts* main = counts ? &*counts : nullptr;
  if (counts && counts->IsBeyondLimit()) {
    main = ShowNamedTables(family, samples, troubles);
  } else if (counts) {
    counts->Show(readings.seen, samples);
  }
  ShowDefaultRoute(family, main, samples, troubles);
}

const RouteCounts* RoutesCollector::ShowNamedTables(Family family, Samples& samples,
                                                    Troubles& troubles) {
  FamilyReadings& readings = routes_[static_cast<std::size_t>(family)];
  const RouteCounts* main = CountTable(family, RT_TABLE_MAIN, readings.main, troubles);
  const RouteCounts* local = CountTable(family, RT_TABLE_LOCAL, readings.local, troubles);
  std::string shown;
  for (const auto& [table, counts] : {std::pair("main", main), std::pair("local", local)}) {
    if (counts == nullptr) continue;
    counts->Show(readings.seen, samples);
    if (!counts->IsEmpty()) shown += (shown.empty() ? "" : " and ") + std::string(table);
  }
  troubles.lacks.push_back("more than " + std::to_string(environment_.limit) + " " +
                           RoutesOf(family) + " (limits.routes): " +
                           (shown.empty() ? "they" : "all tables but " + shown) + " are left out");
  troubles.is_beyond_limit = true;
  return main;
}

const RouteCounts* RoutesCollector::CountTable(Family family, std::uint32_t table,
                                               KeptDump<RouteCounts>& kept, Troubles& troubles) {
  const DumpResult<RouteCounts>& counts =
      Read(RoutesRequest(family, table), RouteCounts(family, environment_.limit, table), kept);
  if (!counts && !HasNoTable(counts.error())) troubles.Add(RoutesOf(family), counts.error());
  return counts && !counts->IsBeyondLimit() ? &*counts : nullptr;
}

void RoutesCollector::ShowDefaultRoute(Family family, const RouteCounts* main, Samples& samples,
                                       Troubles& troubles) {
  const auto search =
      dumper_.Dump(RoutesRequest(family, RT_TABLE_MAIN), DefaultRouteSearch(family));
  if (!search && IsMissing(search.error())) return;
  if (!search && !HasNoTable(search.error())) {
    return troubles.Add(RoutesOf(family), search.error());
  }
  std::optional<bool> found = search ? search->found() : false;
  if (!found && family == Family::kIpv6) found = LookUpIpv6DefaultRoute(dumper_);
  if (!found && main != nullptr) found = main->has_default_route();
  if (found) return samples.Add(kDefaultRoute, *found ? 1 : 0, Name(family));
  troubles.lacks.push_back("no telling whether there is a default route among more than " +
                           std::to_string(DefaultRouteSearch::kRecords) + " " + RoutesOf(family));
}

void RoutesCollector::ShowNeighbours(Samples& samples, Troubles& troubles) {
  const auto& counts = Read(NeighbourCounts::Request(), NeighbourCounts(), neighbours_);
  const auto& tables = Read(NeighbourTables::Request(), NeighbourTables(), neighbour_tables_);
  if (counts) counts->Show(seen_neighbours_, samples);
  if (tables) tables->Show(samples);
  for (const DumpError* error :
       {counts ? nullptr : &counts.error(), tables ? nullptr : &tables.error()}) {
    if (error != nullptr && !IsMissing(*error)) troubles.Add("neighbours", *error);
  }
}

}  // namespace sockdiag
