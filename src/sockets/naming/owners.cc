#include "sockets/naming/owners.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "base/utf8.h"

namespace sockdiag {
namespace {

/// Takes what the listings tell of an owner over; nothing when they do not tell.
void TakeName(const PodNames& names, Owner& owner, OwnerDetails& details) {
  if (owner.kind == OwnerKind::kPod) {
    const auto pod = names.pods.find(owner.name);
    if (pod == names.pods.end()) return;
    OwnerDetails named{pod->second.name_space, pod->second.name, {}, {}, owner.name};
    owner.name = named.pod_namespace + "/" + named.pod_name;
    details = std::move(named);
    return;
  }
  // A user may give a container of his own any id.
  if (owner.name.find('/') != std::string::npos) return;
  const auto container = names.containers.find(details.container_id);
  if (container == names.containers.end()) return;
  const auto& [pod, name] = container->second;
  details = OwnerDetails{pod.name_space, pod.name, name, details.container_id};
}

bool IsTime(const std::optional<Clock::TimePoint>& last, Clock::TimePoint now,
            Clock::Duration pause = Owners::kLeastBetweenReads) {
  return !last || now - *last >= pause;
}

}  // namespace

Owner OwnerOf(const CgroupOwner& cgroup) {
  constexpr std::size_t kShortId = 12;
  switch (cgroup.kind) {
    case OwnerKind::kPod:
      return {cgroup.kind, cgroup.pod_uid};
    case OwnerKind::kContainer: {
      const std::string id = cgroup.container_id.substr(0, kShortId);
      if (cgroup.name.empty()) return {cgroup.kind, id};
      const std::size_t rest = Owner::kMaxNameBytes - id.size() - 1;
      return {cgroup.kind, PrintableUtf8(cgroup.name, rest) + "/" + id};
    }
    default:
      return {cgroup.kind, PrintableUtf8(cgroup.name, Owner::kMaxNameBytes)};
  }
}

void Owners::SetRetention(Clock::Duration retention) {
  const std::lock_guard lock(mutex_);
  retention_ = std::max<Clock::Duration>(retention, kLeastRetention);
}

OwnerId Owners::Pass::Find(std::uint64_t cgroup_id) {
  if (cgroup_id == 0) return OwnerId::kNone;
  const std::optional<OwnerId> found = owners_.Find(cgroup_id);
  if (!found) return OwnerId::kNone;
  seen_.emplace(cgroup_id, *found);
  return *found;
}

void Owners::Pass::Commit() && { owners_.Touch(*this); }

std::optional<OwnerId> Owners::Find(std::uint64_t cgroup_id) {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  const auto known = cgroups_.find(cgroup_id);
  const bool is_known =
      known != cgroups_.end() &&
      !(known->second.is_doubtful && IsTime(last_read_, now, kBetweenReadsForDoubtful));
  if (is_known) {
    known->second.was_met = true;
    const ByCgroup::value_type* owner = Find(known->second.owner);
    if (owner != nullptr) LookForName(*owner, now);
    return known->second.owner;
  }
  if (!IsTime(last_read_, now)) return std::nullopt;
  last_read_ = now;
  const Reading reading = ReadTree(now);
  ReadNames(now);
  if (reading == Reading::kNothing) return std::nullopt;
  // When it is not in the whole tree, it will not be there later, either: it is as old as the
  // socket.
  Cgroup& cgroup =
      cgroups_.try_emplace(cgroup_id, Cgroup{OwnerId::kNone, AgeAt(now)}).first->second;
  cgroup.is_doubtful = cgroup.owner == OwnerId::kNone && reading == Reading::kPart;
  cgroup.was_met = true;
  return cgroup.owner;
}

Owners::Reading Owners::ReadTree(Clock::TimePoint now) {
  bool has_any = false;
  const Result<void> read = read_tree_([&](std::uint64_t id, std::string_view path) {
    has_any = true;
    const ByCgroup::value_type* owner = Intern(ParseCgroupPath(path));
    const OwnerId owner_id = owner == nullptr ? OwnerId::kNone : owner->second.id;
    Cgroup& cgroup = cgroups_.try_emplace(id, Cgroup{owner_id, AgeAt(now)}).first->second;
    if (!cgroup.was_met) cgroup.last_use = AgeAt(now);
    if (std::exchange(cgroup.is_doubtful, false)) cgroup.owner = owner_id;
  });
  ForgetNeverMet(now);
  listener_(read ? "" : read.error().message);
  if (read) return Reading::kWhole;
  return has_any ? Reading::kPart : Reading::kNothing;
}

void Owners::ForgetNeverMet(Clock::TimePoint now) {
  const std::size_t forgotten = std::erase_if(cgroups_, [&](const auto& entry) {
    return !entry.second.was_met && entry.second.last_use != AgeAt(now);
  });
  if (forgotten != 0) ForgetOwnersWithoutCgroup(now);
}

void Owners::ReadNames(Clock::TimePoint now) {
  const auto lacks_name = [](const auto& entry) {
    return entry.second.names && entry.second.names->AreLacking();
  };
  if (std::none_of(known_.begin(), known_.end(), lacks_name)) return;
  last_read_of_names_ = now;
  const PodNames names = pods_.read();
  bool knows_pods = false;
  bool some_lack_names = false;
  for (auto& [owner, known] : known_) {
    if (!known.names) continue;
    if (known.names->AreLacking()) TakeName(names, known.names->owner, known.names->details);
    if (!known.names->IsPod()) continue;
    knows_pods = true;
    some_lack_names = some_lack_names || known.names->AreLacking();
  }
  if (!knows_pods) return;
  const bool is_failure = some_lack_names && !names.error.empty();
  pods_.listener(is_failure ? "pods are shown by uid: " + names.error : "");
}

bool Owners::Names::AreLacking() const {
  if (IsPod()) return details.pod_name.empty();
  return owner.kind == OwnerKind::kContainer && details.container_name.empty();
}

void Owners::LookForName(const ByCgroup::value_type& owner, Clock::TimePoint now) {
  const auto& names = owner.second.names;
  if (!names || !names->IsPod() || !names->AreLacking()) return;
  if (IsTime(last_read_of_names_, now)) ReadNames(now);
}

Owner Owners::OfPath(std::string_view path) {
  const CgroupOwner cgroup = ParseCgroupPath(path);
  if (!HasDetails(cgroup.kind)) return OwnerOf(cgroup);
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  const ByCgroup::value_type& owner = *Intern(cgroup);
  LookForName(owner, now);
  owner.second.names->last_asked = now;
  return owner.second.names->owner;
}

const Owners::ByCgroup::value_type* Owners::Intern(const CgroupOwner& cgroup) {
  if (cgroup.kind == OwnerKind::kNone) return nullptr;
  Owner owner = OwnerOf(cgroup);
  const auto known = known_.find(owner);
  if (known != known_.end()) return &*known;
  std::unique_ptr<Names> names;
  if (HasDetails(cgroup.kind)) {
    names = std::make_unique<Names>(Names{owner, {}});
    if (cgroup.kind == OwnerKind::kContainer) names->details.container_id = cgroup.container_id;
  }
  const OwnerId id = std::exchange(next_id_, static_cast<OwnerId>(Index(next_id_) + 1));
  const auto place = known_.emplace(std::move(owner), Known{id, std::move(names)}).first;
  try {
    by_id_.emplace_back(id, &*place);
  } catch (...) {
    known_.erase(place);
    throw;
  }
  return &*place;
}

const Owners::ByCgroup::value_type* Owners::Find(OwnerId id) const {
  const auto place =
      std::lower_bound(by_id_.begin(), by_id_.end(), id,
                       [](const auto& entry, OwnerId sought) { return entry.first < sought; });
  return place == by_id_.end() || place->first != id ? nullptr : place->second;
}

void Owners::Touch(const Pass& pass) {
  const std::lock_guard lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  for (const auto& [id, owner] : pass.seen_) {
    const auto known = cgroups_.find(id);
    if (known != cgroups_.end()) known->second.last_use = AgeAt(now);
  }
  std::size_t forgotten = std::erase_if(
      cgroups_, [&](const auto& entry) { return IsSilent(start_ + entry.second.last_use, now); });
  if (cgroups_.size() > kMaxCgroups) {
    forgotten += std::erase_if(cgroups_, [&](const auto& entry) {
      return start_ + entry.second.last_use < now - kLeastWhenMany;
    });
  }
  const bool was_asked = std::any_of(known_.begin(), known_.end(), [&](const auto& entry) {
    const auto& names = entry.second.names;
    return names && names->last_asked && IsSilent(*names->last_asked, now);
  });
  if (forgotten != 0 || was_asked) ForgetOwnersWithoutCgroup(now);
}

void Owners::ForgetOwnersWithoutCgroup(Clock::TimePoint now) {
  std::unordered_set<OwnerId> used;
  for (const auto& [id, cgroup] : cgroups_) used.insert(cgroup.owner);
  for (auto& [owner, known] : known_) {
    if (!known.names) continue;
    auto& last_asked = known.names->last_asked;
    if (last_asked && IsSilent(*last_asked, now)) last_asked.reset();
    if (last_asked) used.insert(known.id);
  }
  // First what points at the others.
  std::erase_if(by_id_, [&](const auto& entry) { return !used.contains(entry.first); });
  std::erase_if(known_, [&](const auto& entry) { return !used.contains(entry.second.id); });
}

Owner Owners::Name(OwnerId id) const {
  const std::lock_guard lock(mutex_);
  const ByCgroup::value_type* found = Find(id);
  if (found == nullptr) return {};
  return found->second.names ? found->second.names->owner : found->first;
}

OwnerDetails Owners::Details(OwnerId id) const {
  const std::lock_guard lock(mutex_);
  const ByCgroup::value_type* found = Find(id);
  if (found == nullptr || !found->second.names) return {};
  return found->second.names->details;
}

OwnerDetails Owners::Details(const Owner& owner) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(known_.begin(), known_.end(), [&](const auto& entry) {
    return entry.second.names && entry.second.names->owner == owner;
  });
  return found == known_.end() ? OwnerDetails() : found->second.names->details;
}

std::size_t Owners::size() const {
  const std::lock_guard lock(mutex_);
  return cgroups_.size();
}

}  // namespace sockdiag
