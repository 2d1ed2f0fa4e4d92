#include "sockets/watch/watch_figures.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace sockdiag {

WatchFiguresByName::Key WatchFiguresByName::ShownKey(const WatchKey& key,
                                                     const ShownServices& services) {
  const Group group = GroupOf(key.group);
  return {services.ShownName(group.service), group.direction, key.state};
}

WatchFiguresByName::Entries WatchFiguresByName::Counted(const WatchReport& report,
                                                        const ShownServices& services) const {
  Entries counted = entries_;
  for (const auto& [key, entered] : report.entered) counted[ShownKey(key, services)] += entered;
  return counted;
}

WatchFiguresByName::FiguresByKey WatchFiguresByName::Fold(const WatchReport& report,
                                                          const ShownServices& services) {
  FiguresByKey folded;
  for (const auto& [key, figures] : report.latest->figures) {
    Figures& sum = folded[ShownKey(key, services)];
    sum.stuck += figures.stuck;
    if (!figures.oldest_since) continue;
    const std::chrono::duration<double> age = report.latest->at - *figures.oldest_since;
    sum.oldest_age_seconds = std::max(sum.oldest_age_seconds, age.count());
  }
  for (const PeakWindow::Slot& slot : report.peaks) {
    std::map<Key, std::uint64_t> sums;
    for (const auto& [key, sockets] : slot.sockets) sums[ShownKey(key, services)] += sockets;
    for (const auto& [key, sockets] : sums) {
      std::uint64_t& peak = folded[key].peak;
      peak = std::max(peak, sockets);
    }
  }
  return folded;
}

void WatchFiguresByName::Count(const WatchReport& report, const ShownServices& services) {
  entries_ = Counted(report, services);
}

void WatchFiguresByName::Show(const WatchReport& report, StateSet states, Protocol protocol,
                              const ShownServices& services, Samples& samples) {
  if (!report.latest) return Count(report, services);
  Entries counted = Counted(report, services);
  const FiguresByKey folded = Fold(report, services);
  Entries shown_entries;
  for (const ServiceRow& row : services.Rows(protocol)) {
    for (const SocketState state : States(protocol)) {
      if (!states.Contains(state) || !row.uses.states.Contains(state)) continue;
      const Key key(row.service_name, row.direction, state);
      const auto found = folded.find(key);
      const Figures figures = found == folded.end() ? Figures() : found->second;
      const auto entries = counted.find(key);
      shown_entries[key] = entries == counted.end() ? 0 : entries->second;
      const auto add = [&](const Metric& metric, auto value) {
        samples.Add(metric, value, row.service_name, Name(row.direction), Name(state));
      };
      add(kStuckSockets, figures.stuck);
      add(kOldestSocketAge, figures.oldest_age_seconds);
      add(kStateEntries, shown_entries[key]);
      add(kSocketsPeak, figures.peak);
    }
  }
  if (states.IsEmpty()) {
    // Nothing is forgotten of what is not shown for now.
    entries_ = std::move(counted);
    return;
  }
  samples.Add(kUntrackedSockets, report.latest->untracked);
  entries_ = std::move(shown_entries);
}

}  // namespace sockdiag
