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
  in_use_.EraseIf([this](const ServiceRow& row) { return !IsShown(row.service_name); });
  configured_rows_.clear();
  for (const ServiceMatcher::Configured& rule : configured) {
    configured_rows_.insert({rule.protocol, ShownName(rule.service), rule.direction});
  }
}

bool ShownServices::IsShown(const std::string& name) const {
  return permanent_.contains(name) || admitted_.Contains(name) ||
         name == names_->Name(ServiceId::kOther);
}

const std::string& ShownServices::ShownName(ServiceId service) const {
  const std::string& name = names_->Name(service);
  return IsShown(name) ? name : names_->Name(ServiceId::kOther);
}

std::size_t ShownServices::Admit(const Sizes& sizes, bool is_complete, Clock::TimePoint now) {
  if (is_complete) {
    incomplete_since_.reset();
  } else if (!incomplete_since_) {
    incomplete_since_ = now;
  }
  may_expire_ = !incomplete_since_ || now - *incomplete_since_ > retention_;
  std::vector<AdmittedNames<std::string>::Candidate> candidates;
  for (const auto& [service, size] : sizes) {
    const std::string& name = names_->Name(service);
    if (service == ServiceId::kOther || permanent_.contains(name)) continue;
    candidates.push_back({name, size});
  }
  return admitted_.Update(std::move(candidates), may_expire_, now);
}

ServiceRow ShownServices::MakeRow(Protocol protocol, GroupId group) const {
  const Group parts = GroupOf(group);
  return {protocol, ShownName(parts.service), parts.direction};
}

void ShownServices::Touch(Protocol protocol, GroupId group, Clock::TimePoint now) {
  in_use_.Touch(MakeRow(protocol, group), now);
}

void ShownServices::Settle(Clock::TimePoint now) {
  if (may_expire_) in_use_.Expire(now);
  std::set<ServiceRow> rows = configured_rows_;
  in_use_.ForEach([&](const ServiceRow& row) { rows.insert(row); });
  rows_.assign(rows.begin(), rows.end());
}

std::span<const ServiceRow> ShownServices::Rows(Protocol protocol) const {
  const auto [first, last] =
      std::equal_range(rows_.begin(), rows_.end(), protocol, ComparesProtocols());
  return {first, last};
}

std::size_t ShownServices::RowOf(Protocol protocol, GroupId group) const {
  const std::span<const ServiceRow> rows = Rows(protocol);
  const auto row = std::lower_bound(rows.begin(), rows.end(), MakeRow(protocol, group));
  return static_cast<std::size_t>(row - rows.begin());
}

}  // namespace sockdiag
