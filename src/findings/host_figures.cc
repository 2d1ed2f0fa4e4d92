#include "findings/host_figures.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "collectors/kernel_limits.h"
#include "collectors/owners_by_name.h"
#include "collectors/scope.h"
#include "collectors/sockets.h"
#include "sockets/tally/ephemeral_ports_tally.h"
#include "sockets/tally/family_tally.h"
#include "sockets/tally/listener_tally.h"
#include "sockets/tally/service_tally.h"
#include "sockets/tally/stalled_tally.h"
#include "sockets/tally/unaccepted_tally.h"
#include "sockets/tally/unread_tally.h"
#include "sockets/watch/drops_by_port.h"
#include "sockets/watch/watch_figures.h"

namespace sockdiag {
namespace {

using Labels = std::span<const Samples::Label>;
using Service = HostFigures::Service;

std::optional<SocketState> StateOf(std::string_view name) {
  const auto state =
      std::ranges::find(kAllStates, name, [](SocketState each) { return Name(each); });
  if (state == kAllStates.end()) return std::nullopt;
  return *state;
}

Direction DirectionOf(std::string_view name) {
  return name == Name(Direction::kInbound) ? Direction::kInbound : Direction::kOutbound;
}

std::uint64_t CountOf(double value) { return static_cast<std::uint64_t>(value); }

/// Of a metric whose labels are service_name, direction and state.
template <typename Value>
void ReadByState(const Metric& metric, const Samples& samples,
                 std::array<Value, kSocketStateCount> Service::*field, HostFigures& figures) {
  samples.ForEach(metric, [&](double value, Labels labels) {
    const auto state = StateOf(labels[2].value);
    if (!state) return;
    Service& service =
        figures.services[{ScopeOf(labels), labels[0].value, DirectionOf(labels[1].value)}];
    (service.*field)[Index(*state)] = static_cast<Value>(value);
  });
}

void ReadServices(const Samples& samples, HostFigures& figures) {
  samples.ForEach(ServiceTally::kServiceSockets, [&](double value, Labels labels) {
    const auto state = StateOf(labels[3].value);
    if (!state || labels[0].value != Name(Protocol::kTcp)) return;
    figures.services[{ScopeOf(labels), labels[1].value, DirectionOf(labels[2].value)}]
        .sockets[Index(*state)] = CountOf(value);
  });
  ReadByState(WatchFiguresByName::kStuckSockets, samples, &Service::stuck, figures);
  ReadByState(WatchFiguresByName::kOldestSocketAge, samples, &Service::oldest_age_seconds, figures);
  samples.ForEach(UnreadTally::kUnreadSockets, [&](double value, Labels labels) {
    figures.services[{ScopeOf(labels), labels[0].value, DirectionOf(labels[1].value)}].unread =
        CountOf(value);
  });
  samples.ForEach(UnacceptedTally::kUnacceptedSockets, [&](double value, Labels labels) {
    if (labels[1].value != Name(SocketState::kCloseWait)) return;
    figures.services[{ScopeOf(labels), labels[0].value, Direction::kInbound}]
        .unaccepted_close_wait = CountOf(value);
  });
  samples.ForEach(StalledTally::kStalledSockets, [&](double value, Labels labels) {
    figures.services[{ScopeOf(labels), labels[0].value, DirectionOf(labels[1].value)}]
        .stalled[labels[2].value] = CountOf(value);
  });
}

void ReadListeners(const Samples& samples, HostFigures& figures) {
  const auto read = [&](const Metric& metric, const auto& set) {
    samples.ForEach(metric, [&](double value, Labels labels) {
      set(figures.listeners[{ScopeOf(labels), labels[0].value, labels[1].value}], value);
    });
  };
  using Listener = HostFigures::Listener;
  read(ListenerTally::kQueueLength,
       [](Listener& listener, double value) { listener.waiting = CountOf(value); });
  read(ListenerTally::kQueueLimit,
       [](Listener& listener, double value) { listener.backlog = CountOf(value); });
  read(ListenerTally::kSaturation,
       [](Listener& listener, double value) { listener.saturation = value; });
  read(DropsByPort::kListenDrops,
       [](Listener& listener, double value) { listener.drops = CountOf(value); });
  samples.ForEach(DropsByPort::kReceiveDrops, [&](double value, Labels labels) {
    figures.receive_drops[{ScopeOf(labels), labels[0].value, labels[1].value}] = CountOf(value);
  });
}

void ReadOwners(const Samples& samples, HostFigures& figures) {
  samples.ForEach(OwnersByName::kStuckSockets, [&](double value, Labels labels) {
    const auto state = StateOf(labels[2].value);
    const bool is_nobody = labels[0].value == Name(OwnerKind::kNone);
    if (!state || value == 0 || is_nobody) return;
    figures.stuck_owners[*state].emplace_back(labels[1].value, CountOf(value));
  });
  for (auto& [state, owners] : figures.stuck_owners) {
    std::ranges::stable_sort(owners, std::ranges::greater(),
                             [](const auto& owner) { return owner.second; });
  }
}

/// Of this network namespace; nothing when it was not collected. `level`: the metric's only label.
std::optional<double> ValueOf(const Samples& samples, const Metric& metric,
                              std::string_view level = "") {
  std::optional<double> found;
  samples.ForEach(metric, [&](double value, Labels labels) {
    if (!ScopeOf(labels).empty()) return;
    if (level.empty() || (!labels.empty() && labels[0].value == level)) found = value;
  });
  return found;
}

std::optional<HostFigures::Usage> UsageOf(std::optional<double> used, std::optional<double> limit) {
  if (!used || !limit) return std::nullopt;
  return HostFigures::Usage{*used, *limit};
}

void ReadLimits(const Samples& samples, HostFigures& figures) {
  using Kernel = KernelLimitsCollector;
  using Ports = EphemeralPortsTally;
  figures.destination_ports =
      UsageOf(ValueOf(samples, Ports::kMaxUsedPerDestination), ValueOf(samples, Ports::kLimit));
  figures.time_wait =
      UsageOf(ValueOf(samples, Kernel::kTimeWaitEntries), ValueOf(samples, Kernel::kTimeWaitLimit));
  figures.orphans =
      UsageOf(ValueOf(samples, Kernel::kOrphans), ValueOf(samples, Kernel::kOrphansLimit));
  figures.tcp_memory =
      UsageOf(ValueOf(samples, Kernel::kMemory), ValueOf(samples, Kernel::kMemoryLimit, "max"));
}

}  // namespace

std::uint64_t HostFigures::Service::Leaked() const {
  const std::size_t close_wait = Index(SocketState::kCloseWait);
  const std::uint64_t others = unread + unaccepted_close_wait;
  const std::uint64_t left = sockets[close_wait] - std::min(sockets[close_wait], others);
  return std::min(stuck[close_wait], left);
}

HostFigures HostFiguresOf(const Samples& samples) {
  HostFigures figures;
  samples.ForEach(FamilyTally::kSockets, [&](double, Labels labels) {
    const bool is_tcp = labels[0].value == Name(Protocol::kTcp);
    figures.knows_tcp = figures.knows_tcp || (is_tcp && ScopeOf(labels).empty());
  });
  samples.ForEach(SocketsCollector::kDumpErrors, [&](double, Labels labels) {
    figures.collects_tcp = figures.collects_tcp || labels[0].value == Name(Protocol::kTcp);
  });
  ReadServices(samples, figures);
  ReadListeners(samples, figures);
  ReadOwners(samples, figures);
  ReadLimits(samples, figures);
  return figures;
}

}  // namespace sockdiag
