#include "sockets/tally/service_view.h"

#include <utility>
#include <vector>

namespace sockdiag {
namespace {

std::set<std::string> PermanentNames(const ServiceMatcher& matcher, std::size_t limit) {
  std::set<std::string> permanent;
  for (const ServiceMatcher::Configured& configured : matcher.configured()) {
    if (configured.service == ServiceId::kOther || permanent.size() == limit) continue;
    permanent.insert(matcher.names()[Index(configured.service)]);
  }
  return permanent;
}

void Append(Protocol protocol, const std::string& name, Direction direction,
            const ServiceTotals& totals, Snapshot& snapshot) {
  for (const SocketState state : States(protocol)) {
    if (!CanOccur(state, direction)) continue;
    snapshot.service_sockets.push_back({protocol, name, direction, state, totals.states[state]});
  }
  const std::uint64_t unknown = totals.states[SocketState::kUnknown];
  if (unknown != 0) {
    snapshot.service_sockets.push_back({protocol, name, direction, SocketState::kUnknown, unknown});
  }
  snapshot.service_queues.push_back(
      {protocol, name, direction, totals.receive_queue_bytes, totals.send_queue_bytes});
}

}  // namespace

ServiceView::ServiceView(const ServiceMatcher& matcher, const Limits& limits)
    : matcher_(matcher),
      retention_(limits.retention),
      permanent_(PermanentNames(matcher, limits.services)),
      admitted_(limits.services - permanent_.size(), limits.retention),
      shown_(limits.retention) {}

void ServiceView::TakeOver(const ServiceView& before) {
  incomplete_since_ = before.incomplete_since_;
  admitted_.TakeOver(before.admitted_,
                     [this](const std::string& name) { return !permanent_.contains(name); });
  shown_.TakeOver(before.shown_, [this](const Key& key) { return IsShown(std::get<1>(key)); });
}

bool ServiceView::IsShown(const std::string& name) const {
  return permanent_.contains(name) || admitted_.Contains(name) ||
         name == matcher_.names()[Index(ServiceId::kOther)];
}

const std::string& ServiceView::ShownName(ServiceId service) const {
  const std::string& name = matcher_.names()[Index(service)];
  return IsShown(name) ? name : matcher_.names()[Index(ServiceId::kOther)];
}

bool ServiceView::MayExpire(bool complete, Clock::TimePoint now) {
  if (complete) {
    incomplete_since_.reset();
    return true;
  }
  if (!incomplete_since_) incomplete_since_ = now;
  return now - *incomplete_since_ > retention_;
}

void ServiceView::Admit(const TotalsByProtocol& totals, const WatchReport& watch, bool may_expire,
                        Clock::TimePoint now, Snapshot& snapshot) {
  std::map<ServiceId, std::uint64_t> sizes;
  for (const auto& protocol : totals) {
    if (!protocol) continue;
    protocol->services.ForEach([&](ServiceId service, Direction, const ServiceTotals& totals_of) {
      sizes[service] += totals_of.states.Total();
    });
  }
  for (const auto& [key, entered] : watch.entered) sizes[key.service] += entered;

  std::vector<AdmittedNames<std::string>::Candidate> candidates;
  for (const auto& [service, size] : sizes) {
    const std::string& name = matcher_.names()[Index(service)];
    if (service == ServiceId::kOther || permanent_.contains(name)) continue;
    candidates.push_back({name, size});
  }
  snapshot.folded_services = admitted_.Update(std::move(candidates), may_expire, now);
}

void ServiceView::Update(const TotalsByProtocol& totals, const WatchReport& watch, bool complete,
                         Clock::TimePoint now, Snapshot& snapshot) {
  const bool may_expire = MayExpire(complete, now);
  Admit(totals, watch, may_expire, now, snapshot);

  std::map<Key, ServiceTotals> shown;
  for (const auto& protocol : totals) {
    if (!protocol) continue;
    protocol->services.ForEach(
        [&](ServiceId service, Direction direction, const ServiceTotals& totals_of) {
          const Key key(protocol->protocol, ShownName(service), direction);
          shown[key] += totals_of;
          shown_.Touch(key, now);
        });
  }
  for (const auto& [key, entered] : watch.entered) {
    shown_.Touch({Protocol::kTcp, ShownName(key.service), key.direction}, now);
  }
  if (may_expire) shown_.Expire(now);
  shown_.ForEach([&](const Key& key) { shown.try_emplace(key); });
  for (const ServiceMatcher::Configured& configured : matcher_.configured()) {
    shown.try_emplace({configured.protocol, ShownName(configured.service), configured.direction});
  }
  for (const auto& [key, service] : shown) {
    const auto& [protocol, name, direction] = key;
    if (totals[Index(protocol)]) Append(protocol, name, direction, service, snapshot);
  }
}

}  // namespace sockdiag
