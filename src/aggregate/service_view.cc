#include "aggregate/service_view.h"

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
      permanent_(PermanentNames(matcher, limits.services)),
      admitted_(limits.services - permanent_.size(), limits.retention),
      shown_(limits.retention) {}

const std::string& ServiceView::ShownName(ServiceId service) const {
  const std::string& name = matcher_.names()[Index(service)];
  if (permanent_.contains(name) || admitted_.Contains(name)) return name;
  return matcher_.names()[Index(ServiceId::kOther)];
}

void ServiceView::Admit(const TotalsByProtocol& totals, bool complete, Clock::TimePoint now,
                        Snapshot& snapshot) {
  std::vector<AdmittedNames<std::string>::Candidate> candidates;
  const std::vector<std::string>& names = matcher_.names();
  for (std::size_t id = 0; id < names.size(); ++id) {
    if (id == Index(ServiceId::kOther) || permanent_.contains(names[id])) continue;
    std::uint64_t sockets = 0;
    for (const auto& protocol : totals) {
      if (!protocol) continue;
      for (const ServiceTotals& service : protocol->services[id]) sockets += service.states.Total();
    }
    if (sockets != 0) candidates.push_back({names[id], sockets});
  }
  snapshot.folded_services = admitted_.Update(std::move(candidates), complete, now);
}

void ServiceView::Update(const TotalsByProtocol& totals, bool complete, Clock::TimePoint now,
                         Snapshot& snapshot) {
  Admit(totals, complete, now, snapshot);

  std::map<Key, ServiceTotals> shown;
  for (const auto& protocol : totals) {
    if (!protocol) continue;
    for (std::size_t id = 0; id < protocol->services.size(); ++id) {
      for (const Direction direction : kDirections) {
        const ServiceTotals& service = protocol->services[id][Index(direction)];
        if (service.states.Total() == 0) continue;
        const Key key(protocol->protocol, ShownName(static_cast<ServiceId>(id)), direction);
        shown[key] += service;
        shown_.Touch(key, now);
      }
    }
  }
  if (complete) shown_.Expire(now);
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
