#include "sockets/tally/watch_view.h"

#include <algorithm>
#include <chrono>

namespace sockdiag {

WatchView::FiguresByKey WatchView::Fold(const WatchReport& report, const ServiceView& services) {
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

void WatchView::Update(const WatchReport& report, const ServiceView& services, Snapshot& snapshot) {
  std::map<Key, std::uint64_t> counted = entries_;
  for (const auto& [key, entered] : report.entered) counted[ShownKey(key, services)] += entered;
  const FiguresByKey folded = report.latest ? Fold(report, services) : FiguresByKey();
  std::map<Key, std::uint64_t> shown_entries;
  for (const ServiceQueues& shown : snapshot.service_queues) {
    if (shown.protocol != Protocol::kTcp || !report.latest) continue;
    for (const SocketState state : kTcpStates) {
      if (!states_.Contains(state) || !CanOccur(state, shown.direction)) continue;
      const Key key(shown.service_name, shown.direction, state);
      const auto found = folded.find(key);
      const Figures figures = found == folded.end() ? Figures() : found->second;
      const std::uint64_t entries = counted[key];
      snapshot.watched.push_back({shown.service_name, shown.direction, state, figures.stuck,
                                  figures.oldest_age_seconds, entries, figures.peak});
      shown_entries.emplace(key, entries);
    }
  }
  // Without any, the TCP dump has failed, and nothing is known of who is gone.
  const bool has_shown = !shown_entries.empty();
  if (has_shown) snapshot.untracked_sockets = report.latest->untracked;
  entries_ = has_shown ? std::move(shown_entries) : std::move(counted);
}

}  // namespace sockdiag
