#include "collectors/owners_by_name.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

namespace sockdiag {
namespace {

using StateKey = ShownOwners::StateKey;

std::size_t Settle(const OwnerSums& sums, bool is_complete, ShownOwners& owners,
                   Clock::TimePoint now) {
  ShownOwners::Sizes sizes;
  for (const auto& of_protocol : sums.sockets) {
    for (const auto& [owner, figures] : of_protocol) sizes[owner] += figures.states.Total();
  }
  return owners.Admit(sizes, sums.details, is_complete, now);
}

/// Where our own sockets' owners are told no more, what was shown of them is no more known to be 0.
void ForgetOwn(Protocol protocol, const OwnerSums& sums, ShownOwners& owners) {
  std::set<Owner> others;
  for (const auto& [owner, figures] : sums.sockets[Index(protocol)]) {
    others.insert(owners.Shown(owner));
  }
  owners.States(protocol).EraseIf([&](const StateKey& key) { return !others.contains(key.first); });
}

/// Without `is_whole`, states that have no sockets now are left out, and stay retained.
void ShowSockets(Protocol protocol, const OwnerSums& sums, bool is_whole, ShownOwners& owners,
                 Clock::TimePoint now, Samples& samples) {
  std::map<StateKey, std::uint64_t> sockets;
  for (const auto& [owner, figures] : sums.sockets[Index(protocol)]) {
    for (const SocketState state : kAllStates) {
      const std::uint64_t count = figures.states[state];
      if (count != 0) sockets[{owners.Shown(owner), state}] += count;
    }
  }
  RetainedKeys<StateKey>& states = owners.States(protocol);
  if (is_whole) {
    states.Complete(sockets, now);
  } else {
    for (const auto& [key, count] : sockets) states.Touch(key, now);
  }
  for (const auto& [key, count] : sockets) {
    const auto& [owner, state] = key;
    samples.Add(OwnersByName::kSockets, count, Name(owner.kind), owner.name, Name(protocol),
                Name(state));
  }
}

/// After ShowSockets().
void ShowWatched(const OwnerSums& sums, bool is_whole, StateSet watched, ShownOwners& owners,
                 Samples& samples) {
  std::map<StateKey, OwnerSums::Watched> shown;
  const auto add = [&](const StateKey& key) {
    if (watched.Contains(key.second)) shown.try_emplace(key);
  };
  if (is_whole) {
    owners.States(kWatchedProtocol).ForEach(add);
  } else {
    for (const auto& [owner, figures] : sums.sockets[Index(kWatchedProtocol)]) {
      for (const SocketState state : kAllStates) {
        if (figures.states[state] != 0) add({owners.Shown(owner), state});
      }
    }
  }
  for (const auto& [key, figures] : sums.watched) {
    if (!watched.Contains(key.second)) continue;
    OwnerSums::Watched& sum = shown[{owners.Shown(key.first), key.second}];
    sum.stuck += figures.stuck;
    sum.oldest_age_seconds = std::max(sum.oldest_age_seconds, figures.oldest_age_seconds);
  }
  for (const auto& [key, figures] : shown) {
    const auto& [owner, state] = key;
    samples.Add(OwnersByName::kStuckSockets, figures.stuck, Name(owner.kind), owner.name,
                Name(state));
    samples.Add(OwnersByName::kOldestSocketAge, figures.oldest_age_seconds, Name(owner.kind),
                owner.name, Name(state));
  }
}

void ShowSaturation(const OwnerSums& sums, const ShownOwners& owners, Samples& samples) {
  std::map<Owner, OwnerFigures> shown;
  for (const auto& of_protocol : sums.sockets) {
    for (const auto& [owner, figures] : of_protocol) shown[owners.Shown(owner)] += figures;
  }
  for (const auto& [owner, figures] : shown) {
    if (figures.listen_queue_saturation) {
      samples.Add(OwnersByName::kListenQueueSaturation, *figures.listen_queue_saturation,
                  Name(owner.kind), owner.name);
    }
    if (figures.ephemeral_ports_saturation) {
      samples.Add(OwnersByName::kEphemeralPortsSaturation, *figures.ephemeral_ports_saturation,
                  Name(owner.kind), owner.name);
    }
  }
}

const Metric& MetricOf(OwnerEvent event) {
  switch (event) {
    case OwnerEvent::kListenDrop:
      return OwnersByName::kListenDrops;
    case OwnerEvent::kReceiveDrop:
      return OwnersByName::kReceiveDrops;
    case OwnerEvent::kRetransmittedSegment:
      return OwnersByName::kRetransmits;
  }
  std::abort();
}

void ShowEvents(const OwnerSums& sums, bool has_drops, ShownOwners& owners, OwnerEvents& counts,
                Clock::TimePoint now, Samples& samples) {
  OwnerEvents rows = owners.EventRows(sums.events, now);
  for (auto& [key, count] : rows) {
    const auto before = counts.find(key);
    if (before != counts.end()) count += before->second;
    const auto& [owner, event] = key;
    if (!has_drops && event != OwnerEvent::kRetransmittedSegment) continue;
    samples.Add(MetricOf(event), count, Name(owner.kind), owner.name);
  }
  counts = std::move(rows);
}

void ShowInfo(const ShownOwners& owners, Samples& samples) {
  for (const auto& [owner, details] : owners.details()) {
    samples.Add(OwnersByName::kInfo, 1, Name(owner.kind), owner.name, details.pod_namespace,
                details.pod_name, details.container_name, details.container_id);
  }
}

}  // namespace

std::size_t OwnersByName::Show(const OwnerSums& sums, const Lacks& lacks, StateSet watched,
                               ShownOwners& owners, OwnerEvents& counts, Clock::TimePoint now,
                               Samples& samples) {
  const bool is_whole = !lacks.other_namespaces;
  const std::size_t folded = Settle(sums, is_whole && !IsAny(lacks.own), owners, now);
  for (const Protocol protocol : kProtocols) {
    if (lacks.own[Index(protocol)]) continue;
    if (owners.EndsTellingOwn(protocol, !lacks.own_owners[Index(protocol)])) {
      ForgetOwn(protocol, sums, owners);
    }
    ShowSockets(protocol, sums, is_whole, owners, now, samples);
  }
  if (!lacks.own[Index(kWatchedProtocol)]) ShowWatched(sums, is_whole, watched, owners, samples);
  ShowSaturation(sums, owners, samples);
  ShowEvents(sums, !lacks.drops, owners, counts, now, samples);
  ShowInfo(owners, samples);
  return folded;
}

}  // namespace sockdiag
