#include "aggregate/watch_view.h"

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
  for (const auto& [key, entered] : report.entered) entries_[ShownKey(key, services)] += entered;
  if (!report.latest) return;
  const FiguresByKey folded = Fold(report, services);
  std::map<Key, std::uint64_t> shown_entries;
  for (const ServiceQueues& shown : snapshot.service_queues) {
    if (shown.protocol != Protocol::kTcp) continue;
    for (const SocketState state : kTcpStates) {
      if (!states_.Contains(state) || !CanOccur(state, shown.direction)) continue;
      const Key key(shown.service_name, shown.direction, state);
      const auto found = folded.find(key);
      const Figures figures = found == folded.end() ? Figures() : found->second;
      const std::uint64_t entries = entries_[key];
      snapshot.watched.push_back({shown.service_name, shown.direction, state, figures.stuck,
                                  figures.oldest_age_seconds, entries, figures.peak});
      shown_entries.emplace(key, entries);
    }
  }
  // Without any, the TCP dump has failed, and nothing is known of who is gone.
  if (shown_entries.empty()) return;
  snapshot.untracked_sockets = report.latest->untracked;
  entries_ = std::move(shown_entries);
}

}  // namespace sockdiag
