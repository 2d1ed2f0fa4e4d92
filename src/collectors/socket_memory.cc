#include "collectors/socket_memory.h"

#include <algorithm>
#include <utility>

#include "collectors/sockets.h"
#include "sockets/watch/stuck_ports.h"

namespace sockdiag {

bool SocketMemory::Round::IsComplete() const {
  return std::all_of(kProtocols.begin(), kProtocols.end(), [this](Protocol protocol) {
    return tallies[Index(protocol)] != nullptr || !is_collected[Index(protocol)];
  });
}

void SocketMemory::Configure(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  Shown next = shown_;
  // What the watch has not told yet belongs to the names before.
  const WatchReport report = watch_.Report();
  next.watch.Count(report, next.services);
  next.services.Configure(settings.limits, settings.configured);
  for (ShownPorts& ports : next.ports) ports.Configure(settings.limits, next.services);
  // From here on nothing fails.
  shown_ = std::move(next);
  generation_ = settings.generation;
  watch_.MarkCounted(report);
  watch_.Configure(settings.watch, settings.generation);
}

std::size_t SocketMemory::SettleNames(const Round& round, const WatchReport& report,
                                      Clock::TimePoint now, ShownServices& services) {
  ShownServices::Sizes sizes;
  for (const auto& tallies : round.tallies) {
    if (!tallies) continue;
    tallies->services().ForEachGroup([&](GroupId group, const ServiceTally::States& states) {
      sizes[GroupOf(group).service] += states.Total();
    });
  }
  // A service that only the watch saw, between two dumps, is shown, too.
  for (const auto& [key, entered] : report.entered) sizes[GroupOf(key.group).service] += entered;
  const std::size_t folded = services.Admit(sizes, round.IsComplete(), now);
  for (const auto& tallies : round.tallies) {
    if (!tallies) continue;
    tallies->services().ForEachGroup([&](GroupId group, const ServiceTally::States& states) {
      for (const SocketState state : kAllStates) {
        if (states[state] != 0) services.Touch(tallies->protocol(), group, state, now);
      }
    });
    tallies->stalled().ForEachReason([&](GroupId group, StallReason reason) {
      services.Touch(tallies->protocol(), group, reason, now);
    });
  }
  for (const auto& [key, entered] : report.entered) {
    services.Touch(kWatchedProtocol, key.group, key.state, now);
  }
  services.Settle(now);
  return folded;
}

void SocketMemory::Show(const Round& round, Samples& samples) {
  const std::lock_guard lock(mutex_);
  const WatchReport report = watch_.Report();
  if (round.generation != generation_) {
    Shown once = shown_;
    return Show(round, report, once, samples);
  }
  Show(round, report, shown_, samples);
  // Only now: had there been no memory until here, the next collection would have to count them.
  watch_.MarkCounted(report);
}

void SocketMemory::Show(const Round& round, const WatchReport& report, Shown& shown,
                        Samples& samples) const {
  const Clock::TimePoint now = clock_.Now();
  const std::size_t folded_services = SettleNames(round, report, now, shown.services);
  std::uint64_t folded_ports = 0;
  for (const auto& tallies : round.tallies) {
    if (!tallies) continue;
    Showing showing{tallies->protocol(),
                    shown.services,
                    shown.ports[Index(tallies->protocol())],
                    tallies->ranks(),
                    now,
                    samples};
    tallies->Show(showing);
    folded_ports += showing.folded_ports;
  }
  samples.Add(kFoldedKeys, folded_services, "services");
  samples.Add(kFoldedKeys, folded_ports, "ports");
  for (const Protocol protocol : kProtocols) {
    if (round.is_collected[Index(protocol)]) {
      SocketsCollector::ShowErrors(protocol, errors_, samples);
    }
  }
  const bool is_watched_seen = round.tallies[Index(kWatchedProtocol)] != nullptr;
  if (is_watched_seen && report.latest) {
    StuckPorts::Show(*report.latest, watch_.states(), shown.ports[Index(kWatchedProtocol)], now,
                     samples);
  }
  // Last, as it counts: nothing fails after it.
  if (is_watched_seen) {
    shown.watch.Show(report, watch_.states(), kWatchedProtocol, shown.services, samples);
  } else {
    shown.watch.Count(report, shown.services);
  }
}

}  // namespace sockdiag
