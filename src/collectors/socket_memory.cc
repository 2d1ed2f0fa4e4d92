#include "collectors/socket_memory.h"

#include <algorithm>
#include <utility>

#include "collectors/sockets.h"

namespace sockdiag {
namespace {

/// The one whose sockets are watched.
constexpr Protocol kWatchedProtocol =
    *std::find_if(kProtocols.begin(), kProtocols.end(),
                  [](Protocol protocol) { return Traits(protocol).has_watched_states; });

}  // namespace

bool SocketMemory::Round::IsComplete() const {
  return std::all_of(kProtocols.begin(), kProtocols.end(), [this](Protocol protocol) {
    return tallies[Index(protocol)] != nullptr || !is_collected[Index(protocol)];
  });
}

void SocketMemory::Configure(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  ShownServices services = services_;
  services.Configure(settings.limits, settings.configured);
  auto ports = ports_;
  for (ShownPorts& of_protocol : ports) of_protocol.Configure(settings.limits, services);
  // From here on nothing fails.
  services_ = std::move(services);
  ports_ = std::move(ports);
  watch_.Configure(settings.watch, settings.generation);
}

std::size_t SocketMemory::SettleNames(const Round& round, const WatchReport& report,
                                      Clock::TimePoint now) {
  ShownServices::Sizes sizes;
  for (const auto& tallies : round.tallies) {
    if (!tallies) continue;
    tallies->services().ForEachGroup(
        [&](GroupId group, std::uint64_t sockets) { sizes[GroupOf(group).service] += sockets; });
  }
  // A service that only the watch saw, between two dumps, is shown, too.
  for (const auto& [key, entered] : report.entered) sizes[GroupOf(key.group).service] += entered;
  const std::size_t folded = services_.Admit(sizes, round.IsComplete(), now);
  for (const auto& tallies : round.tallies) {
    if (!tallies) continue;
    tallies->services().ForEachGroup(
        [&](GroupId group, std::uint64_t) { services_.Touch(tallies->protocol(), group, now); });
  }
  for (const auto& [key, entered] : report.entered) {
    services_.Touch(kWatchedProtocol, key.group, now);
  }
  services_.Settle(now);
  return folded;
}

void SocketMemory::ShowWatch(const Round& round, const WatchReport& report, Samples& samples) {
  if (round.tallies[Index(kWatchedProtocol)]) {
    watch_figures_.Show(report, watch_.states(), kWatchedProtocol, services_, samples);
  } else {
    watch_figures_.Count(report, services_);
  }
  // Only now: had there been no memory until here, the next collection would have to count them.
  watch_.MarkCounted(report);
}

void SocketMemory::Show(const Round& round, Samples& samples) {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  const WatchReport report = watch_.Report();
  const std::size_t folded_services = SettleNames(round, report, now);
  std::uint64_t folded_ports = 0;
  for (const auto& tallies : round.tallies) {
    if (!tallies) continue;
    Showing showing{tallies->protocol(), services_, ports_[Index(tallies->protocol())], now,
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
  // Last, as it counts: nothing fails after it.
  ShowWatch(round, report, samples);
}

}  // namespace sockdiag
