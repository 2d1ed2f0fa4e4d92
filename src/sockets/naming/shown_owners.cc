#include "sockets/naming/shown_owners.h"

#include <string>
#include <utility>
#include <vector>

#include "sockets/naming/service_names.h"

namespace sockdiag {

void ShownOwners::Configure(const Limits& limits) {
  admitted_.Configure(limits.owners, limits.retention, [](const Owner&) { return false; });
  for (RetainedKeys<StateKey>& states : states_) states.SetRetention(limits.retention);
  ForgetStatesWithoutPlace();
  ForgetDetailsWithoutPlace();
}

std::size_t ShownOwners::Admit(const Sizes& sizes, const Details& details, bool is_complete,
                               Clock::TimePoint now) {
  ForgetFormerNames(sizes, details);
  std::vector<AdmittedNames<Owner, Rank>::Candidate> candidates;
  for (const auto& [owner, size] : sizes) {
    if (owner.kind != OwnerKind::kNone) candidates.push_back({owner, RankOf(owner), size});
  }
  const auto outcome = admitted_.Update(std::move(candidates), is_complete, now);
  if (outcome.has_replaced) ForgetStatesWithoutPlace();
  for (const auto& [owner, more] : details) {
    if (admitted_.Contains(owner)) details_.insert_or_assign(owner, more);
  }
  ForgetDetailsWithoutPlace();
  return outcome.folded;
}

void ShownOwners::ForgetFormerNames(const Sizes& sizes, const Details& details) {
  bool has_forgotten = false;
  for (const auto& [owner, more] : details) {
    if (more.pod_uid.empty()) continue;
    const Owner former{owner.kind, more.pod_uid};
    // A namespace whose turn has not come since is counted by it still.
    if (!admitted_.Contains(former) || sizes.contains(former)) continue;
    admitted_.Forget(former);
    has_forgotten = true;
  }
  if (has_forgotten) ForgetStatesWithoutPlace();
}

ShownOwners::Rank ShownOwners::RankOf(const Owner& owner) {
  return owner.name.starts_with("user@") ? Rank::kUsers : Rank::kSystems;
}

Owner ShownOwners::Shown(const Owner& owner) const {
  if (owner.kind == OwnerKind::kNone) return {owner.kind, std::string(Name(owner.kind))};
  if (admitted_.Contains(owner)) return owner;
  return {owner.kind, std::string(kOtherName)};
}

void ShownOwners::ForgetStatesWithoutPlace() {
  for (RetainedKeys<StateKey>& states : states_) {
    states.EraseIf([this](const StateKey& key) {
      const Owner& owner = key.first;
      return owner.kind != OwnerKind::kNone && owner.name != kOtherName &&
             !admitted_.Contains(owner);
    });
  }
}

void ShownOwners::ForgetDetailsWithoutPlace() {
  std::erase_if(details_, [this](const auto& entry) { return !admitted_.Contains(entry.first); });
}

}  // namespace sockdiag
