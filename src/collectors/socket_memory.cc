#include "collectors/socket_memory.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "collectors/owners_by_name.h"
#include "collectors/scope.h"
#include "collectors/sockets.h"
#include "sockets/watch/stuck_ports.h"

namespace sockdiag {
namespace {

/// Those alone whose dump told of owners.
TalliesByProtocol WithOwners(TalliesByProtocol tallies) {
  for (auto& of_protocol : tallies) {
    if (of_protocol && of_protocol->owners() == nullptr) of_protocol = nullptr;
  }
  return tallies;
}

}  // namespace

void SocketMemory::Configure(const Settings& settings) {
  const std::lock_guard lock(mutex_);
  Shown next = shown_;
  // What the watch has not told yet belongs to the names before.
  const Uncounted uncounted = Report();
  Counts counts = counts_;
  counts.own.watch.Count(uncounted.report, next.own.services);
  for (std::size_t i = 0; i < drops_.size(); ++i) {
    counts.own.drops[i].Count(uncounted.drops[i], next.own.ports[i], next.own.services);
  }
  for (Scope* scope : {&next.own, &next.others}) {
    scope->services.Configure(settings.limits, settings.configured);
    for (ShownPorts& ports : scope->ports) ports.Configure(settings.limits, scope->services);
  }
  next.owners.Configure(settings.limits);
  // From here on nothing fails.
  shown_ = std::move(next);
  counts_ = std::move(counts);
  generation_ = settings.generation;
  MarkCounted(uncounted);
  watch_.Configure(settings.watch, settings.generation);
}

SocketMemory::Uncounted SocketMemory::Report() {
  Uncounted uncounted{watch_.Report(), {}, {}};
  for (std::size_t i = 0; i < drops_.size(); ++i) uncounted.drops[i] = drops_[i].Uncounted();
  return uncounted;
}

SocketMemory::Uncounted SocketMemory::Report(const Round& round) {
  Uncounted uncounted = Report();
  if (round.namespaces) uncounted.namespaces = namespaces_.Uncounted();
  for (std::size_t i = 0; i < drops_.size(); ++i) {
    if (!round.tallies[i]) uncounted.drops[i].clear();
    if (round.namespaces && !round.namespaces->tallies[i]) uncounted.namespaces.drops[i].clear();
  }
  return uncounted;
}

void SocketMemory::MarkCounted(const Uncounted& uncounted) noexcept {
  namespaces_.MarkCounted(uncounted.namespaces);
  watch_.MarkCounted(uncounted.report);
  for (std::size_t i = 0; i < drops_.size(); ++i) drops_[i].MarkCounted(uncounted.drops[i]);
}

std::size_t SocketMemory::SettleNames(const Counted& counted, Clock::TimePoint now,
                                      ShownServices& services) {
  const WatchReport& report = counted.report;
  ShownServices::Sizes sizes;
  for (const auto& tallies : counted.tallies) {
    if (!tallies) continue;
    tallies->services().ForEachGroup([&](GroupId group, const ServiceTally::States& states) {
      sizes[GroupOf(group).service] += states.Total();
    });
  }
  // A service that only the watch saw, between two dumps, is shown, too.
  for (const auto& [key, entered] : report.entered) sizes[GroupOf(key.group).service] += entered;
  const std::size_t folded = services.Admit(sizes, counted.is_complete, now);
  for (const auto& tallies : counted.tallies) {
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
  const Uncounted uncounted = Report(round);
  // A copy: had there been no memory until the end, the next collection would have to count them.
  Counts counts = counts_;
  if (round.generation != generation_) {
    Shown once = shown_;
    return Show(round, uncounted, once, counts, samples);
  }
  Show(round, uncounted, shown_, counts, samples);
  counts_ = std::move(counts);
  MarkCounted(uncounted);
}

void SocketMemory::Show(const Round& round, const Uncounted& uncounted, Shown& shown,
                        Counts& counts, Samples& samples) const {
  for (const Protocol protocol : kProtocols) {
    if (round.is_collected[Index(protocol)]) {
      SocketsCollector::ShowErrors(protocol, errors_, samples);
    }
  }
  ShowOwners(round, uncounted, shown.owners, counts.owners, samples);
  ShowNamespaces(round, uncounted.namespaces, shown.others, counts.others, samples);
  const bool is_complete = !IsAny(LackingProtocols(round.tallies, round.is_collected));
  ShowScope(
      {round.tallies, is_complete, round.are_drops_collected, uncounted.drops, uncounted.report},
      shown.own, counts.own, samples);
}

void SocketMemory::ShowOwners(const Round& round, const Uncounted& uncounted, ShownOwners& owners,
                              OwnerEvents& counts, Samples& samples) const {
  if (round.owners == nullptr) return;
  const TalliesByProtocol tallies = WithOwners(round.tallies);
  const bool is_watched_seen = tallies[Index(kWatchedProtocol)] != nullptr;
  const WatchPass* pass = is_watched_seen ? uncounted.report.latest.get() : nullptr;
  OwnerSums sums = SumOwners(tallies, pass, uncounted.drops, *round.owners);
  if (round.namespaces) {
    sums += round.namespaces->owners;
    for (const auto& [key, count] : uncounted.namespaces.of_owners) sums.events[key] += count;
  }
  // Those of our own namespace are told by port and service already.
  if (!round.are_namespaces_collected) sums.events.clear();
  const StateSet watched = is_watched_seen || round.namespaces ? watch_.states() : StateSet();
  const OwnersByName::Lacks lacks{
      .own = LackingProtocols(round.tallies, round.is_collected),
      .own_owners = LackingProtocols(tallies, round.is_collected),
      .other_namespaces = round.are_namespaces_collected && !round.namespaces,
      .drops = !round.are_drops_collected};
  const std::size_t folded =
      OwnersByName::Show(sums, lacks, watched, owners, counts, clock_.Now(), samples);
  samples.Add(kFoldedKeys, folded, "owners");
}

void SocketMemory::ShowNamespaces(const Round& round, const NamespaceEvents& uncounted,
                                  Scope& scope, ScopeCounts& counts, Samples& samples) const {
  if (!round.namespaces) return;
  Samples scoped(
      std::vector<Samples::Label>{{std::string(kScopeLabel), std::string(kNamespacesScope)}});
  const TalliesByProtocol& tallies = round.namespaces->tallies;
  const bool is_complete = !IsAny(LackingProtocols(tallies, round.is_collected));
  WatchReport report = round.namespaces->report;
  report.entered = uncounted.entered;
  ShowScope({tallies, is_complete, round.are_drops_collected, uncounted.drops, report}, scope,
            counts, scoped);
  samples.Append(std::move(scoped));
}

void SocketMemory::ShowScope(const Counted& counted, Scope& scope, ScopeCounts& counts,
                             Samples& samples) const {
  const Clock::TimePoint now = clock_.Now();
  const WatchReport& report = counted.report;
  const std::size_t folded_services = SettleNames(counted, now, scope.services);
  std::uint64_t folded_ports = 0;
  for (const auto& tallies : counted.tallies) {
    if (!tallies) continue;
    const bool has_drops = counted.are_drops_collected && tallies->has_drops();
    Showing showing{tallies->protocol(),
                    scope.services,
                    scope.ports[Index(tallies->protocol())],
                    tallies->ranks(),
                    now,
                    samples,
                    tallies->has_limits(),
                    has_drops};
    tallies->Show(showing);
    folded_ports += showing.folded_ports;
    const std::size_t i = Index(tallies->protocol());
    if (has_drops) {
      counts.drops[i].Show(counted.drops[i], tallies->protocol(), scope.ports[i], scope.services,
                           samples);
    } else {
      counts.drops[i].Count(counted.drops[i], scope.ports[i], scope.services);
    }
  }
  samples.Add(kFoldedKeys, folded_services, "services");
  samples.Add(kFoldedKeys, folded_ports, "ports");
  const bool is_watched_seen = counted.tallies[Index(kWatchedProtocol)] != nullptr;
  if (is_watched_seen && report.latest) {
    StuckPorts::Show(*report.latest, watch_.states(), scope.ports[Index(kWatchedProtocol)], now,
                     samples);
  }
  if (is_watched_seen) {
    counts.watch.Show(report, watch_.states(), kWatchedProtocol, scope.services, samples);
  } else {
    counts.watch.Count(report, scope.services);
  }
}

}  // namespace sockdiag
