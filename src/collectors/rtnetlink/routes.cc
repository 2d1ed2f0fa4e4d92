#include "collectors/rtnetlink/routes.h"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "collectors/rtnetlink/neighbour_counts.h"
#include "collectors/rtnetlink/route_counts.h"
#include "collectors/rtnetlink/route_message.h"

namespace sockdiag {
namespace {

constexpr Metric kDefaultRoute{"sockdiag_default_route",
                               kGauge,
                               {"family"},
                               "1 when the main table has a default route, else 0."};

constexpr std::array kMetrics{&kDefaultRoute, &RouteCounts::kRoutes, &NeighbourCounts::kNeighbours,
                              &NeighbourTables::kOverflows};

/// The kernel has nothing that dumps it, such as no IPv6.
bool IsMissing(const DumpError& error) { return error.kernel_errno == EOPNOTSUPP; }

/// There is no such table (yet), so no route in it.
bool HasNoTable(const DumpError& error) { return error.kernel_errno == ENOENT; }

void AddOnce(std::string text, std::vector<std::string>& texts) {
  if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

void AddError(std::string_view what, const DumpError& error, std::vector<std::string>& errors) {
  const bool is_of_all = error.reason == DumpErrorReason::kOpen;
  AddOnce(is_of_all ? error.message : std::string(what) + ": " + error.message, errors);
}

std::string RoutesOf(Family family) { return std::string(Name(family)) + " routes"; }

}  // namespace

std::span<const Metric* const> RoutesCollector::Metrics() { return kMetrics; }

RoutesCollector::RoutesCollector(RoutesEnvironment environment)
    : environment_(std::move(environment)), dumper_(environment_.open_netlink) {}

Result<void> RoutesCollector::Collect(Findings& findings) {
  const Clock::TimePoint now = environment_.clock.Now();
  Reading reading = reading_ && now - reading_->time < kReadEvery ? *reading_ : Read(now);
  for (const Family family : kFamilies) ShowDefaultRoute(family, reading, findings.samples);
  findings.samples.Append(Samples(reading.samples));
  findings.lack = Joined(reading.lacks);
  if (!reading.errors.empty()) return Fail(Joined(reading.errors));
  return {};
}

RoutesCollector::Reading RoutesCollector::Read(Clock::TimePoint now) {
  Reading reading;
  reading.time = now;
  for (const Family family : kFamilies) ReadRoutes(family, reading);
  ReadNeighbours<NeighbourCounts>(reading);
  ReadNeighbours<NeighbourTables>(reading);
  reading_.reset();
  if (reading.errors.empty()) reading_ = reading;
  return reading;
}

void RoutesCollector::ReadRoutes(Family family, Reading& reading) {
  const auto counts = dumper_.Dump(RoutesRequest(family), RouteCounts(family, environment_.limit));
  if (!counts) {
    reading.is_missing[static_cast<std::size_t>(family)] = IsMissing(counts.error());
    if (!IsMissing(counts.error()) && !HasNoTable(counts.error())) {
      AddError(RoutesOf(family), counts.error(), reading.errors);
    }
    return;
  }
  if (counts->IsBeyondLimit()) {
    reading.lacks.push_back("more than " + std::to_string(environment_.limit) + " " +
                            RoutesOf(family) + " (limits.routes): they are left out");
    return;
  }
  reading.has_default_route[static_cast<std::size_t>(family)] = counts->has_default_route();
  counts->Show(reading.samples);
}

template <typename Sink>
void RoutesCollector::ReadNeighbours(Reading& reading) {
  const auto sink = dumper_.Dump(Sink::Request(), Sink());
  if (sink) {
    sink->Show(reading.samples);
  } else if (!IsMissing(sink.error())) {
    AddError("neighbours", sink.error(), reading.errors);
  }
}

void RoutesCollector::ShowDefaultRoute(Family family, Reading& reading, Samples& samples) {
  if (reading.is_missing[static_cast<std::size_t>(family)]) return;
  const auto search =
      dumper_.Dump(RoutesRequest(family, RT_TABLE_MAIN), DefaultRouteSearch(family));
  if (!search && IsMissing(search.error())) return;
  if (!search && !HasNoTable(search.error())) {
    return AddError(RoutesOf(family), search.error(), reading.errors);
  }
  std::optional<bool> found = search ? search->found() : false;
  if (!found) found = reading.has_default_route[static_cast<std::size_t>(family)];
  if (found) return samples.Add(kDefaultRoute, *found ? 1 : 0, Name(family));
  reading.lacks.push_back("no telling whether there is a default route among more than " +
                          std::to_string(DefaultRouteSearch::kRecords) + " " + RoutesOf(family));
}

}  // namespace sockdiag
