#include "sockets/naming/shown_services.h"

#include <algorithm>
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
    permanent_.insert(names_->Name(rule.service));
  }
  retention_ = limits.retention;
  admitted_.Configure(limits.services - permanent_.size(), limits.retention,
                      [this](const std::string& name) { return permanent_.contains(name); });
  in_use_.SetRetention(limits.retention);
  ForgetUsesWithoutPlace();
  configured_.clear();
  for (const ServiceMatcher::Configured& rule : configured) {
    configured_.insert({rule.protocol, ShownName(rule.service), rule.direction});
  }
}

bool ShownServices::IsShown(const std::string& name) const {
  return permanent_.contains(name) || admitted_.Contains(name) ||
         name == names_->Name(ServiceId::kOther);
}

std::string ShownServices::ShownName(ServiceId service) const {
  std::string name = names_->Name(service);
  return IsShown(name) ? name : names_->Name(ServiceId::kOther);
}

void ShownServices::ForgetUsesWithoutPlace() {
  in_use_.EraseIf([this](const Use& use) { return !IsShown(use.first.service_name); });
}

std::size_t ShownServices::Admit(const Sizes& sizes, bool is_complete, Clock::TimePoint now) {
  if (is_complete) {
    incomplete_since_.reset();
  } else if (!incomplete_since_) {
    incomplete_since_ = now;
  }
  may_expire_ = !incomplete_since_ || now - *incomplete_since_ > retention_;
  std::vector<Names::Candidate> candidates;
  for (const auto& [service, size] : sizes) {
    std::string name = names_->Name(service);
    if (service == ServiceId::kOther || permanent_.contains(name)) continue;
    const Rank rank = IsNumberName(service) ? Rank::kNumber : Rank::kDatabase;
    candidates.push_back({std::move(name), rank, size});
  }
  const Names::Outcome outcome = admitted_.Update(std::move(candidates), may_expire_, now);
  if (outcome.has_replaced) ForgetUsesWithoutPlace();
  return outcome.folded;
}

ServiceLabels ShownServices::Labels(Protocol protocol, GroupId group) const {
  const Group parts = GroupOf(group);
  return {protocol, ShownName(parts.service), parts.direction};
}

/// A number of a port that a rule gives is a name like any other.
StateSet ShownServices::StatesFromTheStart(const ServiceLabels& labels) const {
  StateSet states;
  if (IsNumberName(labels.service_name) && !permanent_.contains(labels.service_name)) return states;
  for (const SocketState state : States(labels.protocol)) {
    if (CanOccur(state, labels.direction)) states.Add(state);
  }
  return states;
}

void ShownServices::Touch(Protocol protocol, GroupId group, SocketState state,
                          Clock::TimePoint now) {
  in_use_.Touch({Labels(protocol, group), state}, now);
}

void ShownServices::Settle(Clock::TimePoint now) {
  if (may_expire_) in_use_.Expire(now);
  std::map<ServiceLabels, StateSet> rows;
  for (const ServiceLabels& labels : configured_) rows.try_emplace(labels);
  in_use_.ForEach([&](const Use& use) { rows[use.first].Add(use.second); });
  rows_.clear();
  for (const auto& [labels, seen] : rows) {
    rows_.push_back({labels, seen | StatesFromTheStart(labels)});
  }
}

std::span<const ServiceRow> ShownServices::Rows(Protocol protocol) const {
  const auto [first, last] =
      std::equal_range(rows_.begin(), rows_.end(), protocol, ComparesProtocols());
  return {first, last};
}

std::size_t ShownServices::RowOf(Protocol protocol, GroupId group) const {
  const std::span<const ServiceRow> rows = Rows(protocol);
  const auto row = std::lower_bound(rows.begin(), rows.end(), Labels(protocol, group));
  return static_cast<std::size_t>(row - rows.begin());
}

}  // namespace sockdiag
