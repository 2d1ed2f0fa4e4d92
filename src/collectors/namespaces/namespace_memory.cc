#include "collectors/namespaces/namespace_memory.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "sockets/watch/counted.h"

namespace sockdiag {
namespace {

/// Of the first that applies: the host, the pod, container or unit of its processes, its name in
/// /run/netns, which is a path where it is a name that stands for something else here.
Owner OwnerOf(const FoundNamespace& found, Owners* owners) {
  if (found.is_host) return {OwnerKind::kNetns, "host"};
  if (owners == nullptr) return {};
  Owner by_cgroup = owners->OfPath(found.cgroup);
  if (by_cgroup.kind != OwnerKind::kNone) return by_cgroup;
  if (found.name.empty()) return {OwnerKind::kNetns, "other"};
  const bool is_ours = found.name == "host" || found.name == "other";
  if (is_ours) return {OwnerKind::kNetns, "/run/netns/" + found.name};
  return {OwnerKind::kNetns, PrintableUtf8(found.name, Owner::kMaxNameBytes)};
}

/// The ages are those at the time of the pass; the moment from which they are told is `now`.
void Add(const WatchPass& pass, Clock::TimePoint now, WatchPass& sum) {
  for (const auto& [key, figures] : pass.figures) {
    WatchFigures& all = sum.figures[key];
    all.sockets += figures.sockets;
    all.stuck += figures.stuck;
    if (!figures.oldest_since) continue;
    const Clock::TimePoint since = now - (pass.at - *figures.oldest_since);
    all.oldest_since = std::min(all.oldest_since.value_or(since), since);
  }
  for (const auto& [key, sockets] : pass.stuck_by_port) sum.stuck_by_port[key] += sockets;
  sum.untracked += pass.untracked;
}

}  // namespace

void NamespaceMemory::Keep(const std::vector<FoundNamespace>& found, Owners* owners) {
  std::set<NamespaceId> ids;
  for (const FoundNamespace& each : found) {
    if (each.is_own) continue;
    ids.insert(each.id);
    auto [place, is_new] = known_.try_emplace(each.id, clock_, clock_.Now());
    KnownNamespace& kept = place->second;
    kept.is_doubtful = kept.is_doubtful || (!is_new && kept.cgroup != each.cgroup);
    kept.cgroup = each.cgroup;
    kept.owner = OwnerOf(each, owners);
    // A refusal holds until the next turn.
    if (kept.outcome != KnownNamespace::Outcome::kRefused) {
      kept.outcome = KnownNamespace::Outcome::kStale;
    }
  }
  std::erase_if(known_, [&](const auto& entry) { return !ids.contains(entry.first); });
}

KnownNamespace& NamespaceMemory::StartAnew(NamespaceId id) {
  Owner owner = std::move(known_.at(id).owner);
  std::string cgroup = std::move(known_.at(id).cgroup);
  known_.erase(id);
  KnownNamespace& known = known_.try_emplace(id, clock_, clock_.Now()).first->second;
  known.owner = std::move(owner);
  known.cgroup = std::move(cgroup);
  return known;
}

void NamespaceMemory::Refuse(NamespaceId id) {
  KnownNamespace& known = StartAnew(id);
  known.last_turn = clock_.Now();
  known.outcome = KnownNamespace::Outcome::kRefused;
}

std::vector<NamespaceId> NamespaceMemory::Turns() const {
  // A newcomer waits since it was found, so that many of them do not keep the others from theirs.
  std::vector<std::tuple<Clock::TimePoint, bool, NamespaceId>> waiting;
  for (const auto& [id, known] : known_) {
    waiting.emplace_back(known.last_turn.value_or(known.found), known.last_turn.has_value(), id);
  }
  std::sort(waiting.begin(), waiting.end());
  std::vector<NamespaceId> turns;
  turns.reserve(waiting.size());
  for (const auto& [since, had_one, id] : waiting) turns.push_back(id);
  return turns;
}

std::size_t NamespaceMemory::tracked() const {
  std::size_t sockets = 0;
  for (const auto& [id, known] : known_) sockets += known.watch.tracked();
  return sockets;
}

std::shared_ptr<const NamespaceFindings> NamespaceMemory::Sum(const ServiceMatcher& matcher,
                                                              const ProtocolFlags& is_collected,
                                                              Clock::Duration peak_window) {
  auto findings = std::make_shared<NamespaceFindings>();
  for (auto& [id, known] : known_) {
    TakeEvents(known);
    findings->owners += known.owners;
  }
  for (const Protocol protocol : kProtocols) {
    if (is_collected[Index(protocol)]) {
      findings->tallies[Index(protocol)] = SumTallies(protocol, matcher);
    } else {
      findings->owners.sockets[Index(protocol)].clear();
    }
  }
  if (!is_collected[Index(kWatchedProtocol)]) findings->owners.watched.clear();
  findings->report = SumWatch(peak_window);
  return findings;
}

std::shared_ptr<const SocketTallies> NamespaceMemory::SumTallies(
    Protocol protocol, const ServiceMatcher& matcher) const {
  EphemeralPorts ports;
  ports.is_known = false;
  auto sum = std::make_shared<SocketTallies>(protocol, ports, matcher);
  bool is_any_seen = known_.empty();
  for (const auto& [id, known] : known_) {
    if (known.seen[Index(protocol)]) is_any_seen = true;
    const auto& tallies = known.tallies[Index(protocol)];
    if (tallies) sum->Merge(*tallies);
  }
  return is_any_seen ? sum : nullptr;
}

WatchReport NamespaceMemory::SumWatch(Clock::Duration peak_window) {
  const Clock::TimePoint now = clock_.Now();
  WatchPass sum;
  sum.at = now;
  for (auto& [id, known] : known_) {
    const WatchReport report = known.watch.Report();
    if (report.latest) Add(*report.latest, now, sum);
    if (report.entered.empty()) continue;
    TakeEntered(report);
    known.watch.MarkCounted(report);
  }
  peaks_.SetWindow(peak_window);
  peaks_.Add(sum);
  return {std::make_shared<const WatchPass>(std::move(sum)), {}, peaks_.Slots(now)};
}

void NamespaceMemory::TakeEntered(const WatchReport& report) {
  const std::lock_guard lock(events_mutex_);
  EnteredSockets all = events_.entered;
  for (const auto& [key, sockets] : report.entered) all[key] += sockets;
  events_.entered.swap(all);
}

void NamespaceMemory::TakeEvents(KnownNamespace& known) {
  const std::lock_guard lock(events_mutex_);
  DropsByProtocol dropped;
  for (std::size_t i = 0; i < dropped.size(); ++i) dropped[i] = known.drops[i].Uncounted();
  const auto happened = [](const auto& event) { return event.second != 0; };
  const bool is_any =
      std::ranges::any_of(dropped, [](const Drops& each) { return !each.empty(); }) ||
      std::ranges::any_of(known.owners.events, happened);
  if (!is_any) return;
  DropsByProtocol drops = events_.drops;
  OwnerEvents of_owners = events_.of_owners;
  for (std::size_t i = 0; i < dropped.size(); ++i) {
    for (const auto& [key, count] : dropped[i]) drops[i][key] += count;
  }
  for (const auto& [key, count] : known.owners.events) of_owners[key] += count;
  // From here on nothing fails.
  events_.drops.swap(drops);
  events_.of_owners.swap(of_owners);
  for (std::size_t i = 0; i < dropped.size(); ++i) known.drops[i].MarkCounted(dropped[i]);
  for (auto& [key, count] : known.owners.events) count = 0;
  known.uncounted_retransmits = 0;
}

NamespaceEvents NamespaceMemory::Uncounted() const {
  const std::lock_guard lock(events_mutex_);
  return events_;
}

void NamespaceMemory::MarkCounted(const NamespaceEvents& counted) noexcept {
  const std::lock_guard lock(events_mutex_);
  TakeCounted(counted.entered, events_.entered);
  TakeCounted(counted.of_owners, events_.of_owners);
  for (std::size_t i = 0; i < events_.drops.size(); ++i) {
    TakeCounted(counted.drops[i], events_.drops[i]);
  }
}

}  // namespace sockdiag
