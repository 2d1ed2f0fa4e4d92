#include "sockets/naming/shown_services.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace sockdiag {
namespace {

struct ComparesProtocols {
  bool operator()(const ServiceRow& row, Protocol protocol) const {
    return row.protocol < protocol;
  }
  bool operator()(Protocol protocol, const ServiceRow& row) const {
    return protocol < row.protocol;
  }
};

}  // namespace

void ShownServices::Configure(const Limits& limits,
                              const std::vector<ServiceMatcher::Configured>& configured) {
  permanent_.clear();
  for (const ServiceMatcher::Configured& rule : configured) {
    if (rule.service == ServiceId::kOther || permanent_.size() == limits.services) continue;
    permanent_.insert(rule.service);
  }
  expiry_.SetRetention(limits.retention);
  admitted_.Configure(limits.services - permanent_.size(), limits.retention,
                      [this](ServiceId service) { return permanent_.contains(service); });
  in_use_.SetRetention(limits.retention);
  stalled_.SetRetention(limits.retention);
  ForgetUsesWithoutPlace();
  configured_.clear();
  for (const ServiceMatcher::Configured& rule : configured) {
    configured_.insert({rule.protocol, ShownGroup(IdOf({rule.service, rule.direction}))});
  }
}

void ShownServices::ForgetUsesWithoutPlace() {
  const auto has_no_place = [this](const auto& use) {
    return !IsShown(GroupOf(use.first.second).service);
  };
  in_use_.EraseIf(has_no_place);
  stalled_.EraseIf(has_no_place);
}

std::size_t ShownServices::Admit(const Sizes& sizes, bool is_complete, Clock::TimePoint now) {
  may_expire_ = expiry_.MayExpire(is_complete, now);
  std::vector<Names::Candidate> candidates;
  for (const auto& [service, size] : sizes) {
    if (service == ServiceId::kOther || permanent_.contains(service)) continue;
    const Rank rank = IsNumberName(service) ? Rank::kNumber : Rank::kDatabase;
    candidates.push_back({service, rank, size});
  }
  const Names::Outcome outcome = admitted_.Update(std::move(candidates), may_expire_, now);
  if (outcome.has_replaced) ForgetUsesWithoutPlace();
  return outcome.folded;
}

/// A number of a port that a rule gives is a name like any other.
ShownUses ShownServices::UsesFromTheStart(const RowKey& row) const {
  const auto [service, direction] = GroupOf(row.second);
  ShownUses uses;
  if (IsNumberName(service) && !permanent_.contains(service)) return uses;
  for (const SocketState state : States(row.first)) {
    if (CanOccur(state, direction)) uses.states.Add(state);
  }
  uses.stalls.set();
  return uses;
}

std::map<ShownServices::RowKey, ShownUses> ShownServices::UsesByRow() const {
  std::map<RowKey, ShownUses> rows;
  const auto row_of = [&](const RowKey& row) -> ShownUses& {
    return rows.try_emplace(row, UsesFromTheStart(row)).first->second;
  };
  for (const RowKey& row : configured_) row_of(row);
  in_use_.ForEach([&](const UseInState& use) { row_of(use.first).states.Add(use.second); });
  stalled_.ForEach(
      [&](const Stall& stall) { row_of(stall.first).stalls.set(Index(stall.second)); });
  return rows;
}

void ShownServices::Touch(Protocol protocol, GroupId group, SocketState state,
                          Clock::TimePoint now) {
  in_use_.Touch({ShownRow(protocol, group), state}, now);
}

void ShownServices::Touch(Protocol protocol, GroupId group, StallReason reason,
                          Clock::TimePoint now) {
  stalled_.Touch({ShownRow(protocol, group), reason}, now);
}

void ShownServices::Settle(Clock::TimePoint now) {
  if (may_expire_) {
    in_use_.Expire(now);
    stalled_.Expire(now);
  }
  using Named = std::pair<ServiceRow, GroupId>;
  std::vector<Named> named;
  for (const auto& [row, uses] : UsesByRow()) {
    const auto [service, direction] = GroupOf(row.second);
    named.push_back({{row.first, names_->Name(service), direction, uses}, row.second});
  }
  std::sort(named.begin(), named.end(), [](const Named& a, const Named& b) {
    return std::tie(a.first.protocol, a.first.service_name, a.first.direction) <
           std::tie(b.first.protocol, b.first.service_name, b.first.direction);
  });
  rows_.clear();
  places_.clear();
  std::array<std::size_t, kProtocols.size()> sizes{};
  for (auto& [row, group] : named) {
    places_.emplace(RowKey{row.protocol, group}, sizes[Index(row.protocol)]++);
    rows_.push_back(std::move(row));
  }
}

std::span<const ServiceRow> ShownServices::Rows(Protocol protocol) const {
  const auto [first, last] =
      std::equal_range(rows_.begin(), rows_.end(), protocol, ComparesProtocols());
  return {first, last};
}

}  // namespace sockdiag
