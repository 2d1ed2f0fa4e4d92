#include "collectors/owner_sums.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <set>
#include <string>

namespace sockdiag {
namespace {

/// The only one that is known to have sockets; `rest` when there is none or more.
Owner OnlyOwner(const TalliesByProtocol& tallies, const Owners& owners, const Owner& rest) {
  std::set<Owner> known;
  for (const auto& of_protocol : tallies) {
    if (!of_protocol || of_protocol->owners() == nullptr) continue;
    of_protocol->owners()->ForEach([&](OwnerId id, const OwnerFigures&) {
      if (id != OwnerId::kUntold) known.insert(owners.Name(id));
    });
  }
  const bool is_one = known.size() == 1 && known.begin()->kind != OwnerKind::kNone;
  return is_one ? *known.begin() : rest;
}

OwnerEvent DropOf(Protocol protocol) {
  return Traits(protocol).queue_is_backlog ? OwnerEvent::kListenDrop : OwnerEvent::kReceiveDrop;
}

std::ptrdiff_t CountKnown(const OwnerDetails& details) {
  const std::array<const std::string*, 4> texts{&details.pod_namespace, &details.pod_name,
                                                &details.container_name, &details.container_id};
  return std::count_if(texts.begin(), texts.end(), [](const auto* text) { return !text->empty(); });
}

}  // namespace

ProtocolFlags LackingProtocols(const TalliesByProtocol& tallies,
                               const ProtocolFlags& is_collected) {
  ProtocolFlags lacking{};
  for (std::size_t i = 0; i < lacking.size(); ++i) lacking[i] = is_collected[i] && !tallies[i];
  return lacking;
}

bool IsAny(const ProtocolFlags& flags) {
  return std::find(flags.begin(), flags.end(), true) != flags.end();
}

OwnerSums& OwnerSums::operator+=(const OwnerSums& other) {
  for (const Protocol protocol : kProtocols) {
    for (const auto& [owner, figures] : other.sockets[Index(protocol)]) {
      sockets[Index(protocol)][owner] += figures;
    }
  }
  for (const auto& [key, figures] : other.watched) {
    Watched& sum = watched[key];
    sum.stuck += figures.stuck;
    sum.oldest_age_seconds = std::max(sum.oldest_age_seconds, figures.oldest_age_seconds);
  }
  for (const auto& [key, count] : other.events) events[key] += count;
  for (const auto& [owner, more] : other.details) {
    const auto [known, is_new] = details.try_emplace(owner, more);
    // The other may be of an older turn.
    if (!is_new && CountKnown(more) > CountKnown(known->second)) known->second = more;
  }
  return *this;
}

OwnerSums SumOwners(const TalliesByProtocol& tallies, const WatchPass* pass,
                    const DropsByProtocol& drops, const Owners& owners, const Owner& rest) {
  const Owner untold = OnlyOwner(tallies, owners, rest);
  const auto name = [&](OwnerId id) {
    Owner owner = id == OwnerId::kUntold ? untold : owners.Name(id);
    return owner.kind == OwnerKind::kNone ? rest : owner;
  };
  OwnerSums sums;
  if (HasDetails(rest.kind)) sums.details.emplace(rest, owners.Details(rest));
  for (const auto& of_protocol : tallies) {
    if (!of_protocol || of_protocol->owners() == nullptr) continue;
    auto& sockets = sums.sockets[Index(of_protocol->protocol())];
    const OwnerEvent event = DropOf(of_protocol->protocol());
    of_protocol->owners()->ForEach([&](OwnerId id, const OwnerFigures& figures) {
      const Owner owner = name(id);
      sockets[owner] += figures;
      const bool has_droppers =
          event != OwnerEvent::kListenDrop || figures.listen_queue_saturation.has_value();
      if (has_droppers) sums.events.try_emplace({owner, event});
      // What is counted for `rest` tells nothing of it.
      const bool is_its_own = owners.Name(id) == owner;
      if (is_its_own && HasDetails(owner.kind)) {
        sums.details.insert_or_assign(owner, owners.Details(id));
      }
    });
  }
  for (const Protocol protocol : kProtocols) {
    if (!tallies[Index(protocol)]) continue;
    for (const auto& [key, dropped] : drops[Index(protocol)]) {
      sums.events[{name(key.owner), DropOf(protocol)}] += dropped;
    }
  }
  if (pass == nullptr) return sums;
  for (const auto& [key, figures] : pass->by_owner) {
    const std::chrono::duration<double> age = pass->at - figures.oldest_since;
    OwnerSums::Watched& sum = sums.watched[{name(key.owner), key.state}];
    sum.stuck += figures.stuck;
    sum.oldest_age_seconds = std::max(sum.oldest_age_seconds, age.count());
  }
  return sums;
}

}  // namespace sockdiag
