#include "sockets/naming/shown_owners.h"

#include <string>
#include <utility>
#include <vector>

#include "sockets/naming/service_names.h"

namespace sockdiag {

void ShownOwners::Configure(const Limits& limits) {
  admitted_.Configure(limits.owners, limits.retention, [](const Owner&) { return false; });
  expiry_.SetRetention(limits.retention);
  for (RetainedKeys<StateKey>& states : states_) states.SetRetention(limits.retention);
  events_.SetRetention(limits.retention);
  ForgetRowsWithoutPlace();
  ForgetDetailsWithoutPlace();
}

std::size_t ShownOwners::Admit(const Sizes& sizes, const Details& details, bool is_complete,
                               Clock::TimePoint now) {
  ForgetFormerNames(sizes, details);
  std::vector<AdmittedNames<Owner, Rank>::Candidate> candidates;
  for (const auto& [owner, size] : sizes) {
    if (owner.kind != OwnerKind::kNone) candidates.push_back({owner, RankOf(owner), size});
  }
  const auto outcome =
      admitted_.Update(std::move(candidates), expiry_.MayExpire(is_complete, now), now);
  if (outcome.has_replaced) ForgetRowsWithoutPlace();
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
  if (has_forgotten) ForgetRowsWithoutPlace();
}

ShownOwners::Rank ShownOwners::RankOf(const Owner& owner) {
  return owner.name.starts_with("user@") ? Rank::kUsers : Rank::kSystems;
}

Owner ShownOwners::Shown(const Owner& owner) const {
  if (owner.kind == OwnerKind::kNone) return {owner.kind, std::string(Name(owner.kind))};
  if (admitted_.Contains(owner)) return owner;
  return {owner.kind, std::string(kOtherName)};
}

bool ShownOwners::HasNoPlace(const Owner& shown) const {
  return shown.kind != OwnerKind::kNone && shown.name != kOtherName && !admitted_.Contains(shown);
}

void ShownOwners::ForgetRowsWithoutPlace() {
  const auto has_no_place = [this](const auto& key) { return HasNoPlace(key.first); };
  for (RetainedKeys<StateKey>& states : states_) states.EraseIf(has_no_place);
  events_.EraseIf(has_no_place);
}

OwnerEvents ShownOwners::EventRows(const OwnerEvents& events, Clock::TimePoint now) {
  OwnerEvents rows;
  for (const auto& [key, count] : events) rows[{Shown(key.first), key.second}] += count;
  events_.Complete(rows, now);
  return rows;
}

void ShownOwners::ForgetDetailsWithoutPlace() {
  std::erase_if(details_, [this](const auto& entry) { return !admitted_.Contains(entry.first); });
}

}  // namespace sockdiag
