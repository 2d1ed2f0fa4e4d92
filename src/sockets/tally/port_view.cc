#include "sockets/tally/port_view.h"

#include <map>
#include <vector>

namespace sockdiag {
namespace {

ShownPort Shown(Port port, const AdmittedNames<Port>& admitted) {
  return admitted.Contains(port) ? ShownPort(port) : std::nullopt;
}

}  // namespace

PortView::PortView(const Limits& limits)
    : directions_{View{AdmittedNames<Port>(limits.ports, limits.retention),
                       RetainedKeys<StateKey>(limits.retention)},
                  View{AdmittedNames<Port>(limits.ports, limits.retention),
                       RetainedKeys<StateKey>(limits.retention)}},
      listeners_(limits.retention) {}

void PortView::TakeOver(const PortView& before, const ServiceView& services) {
  for (const Direction direction : kDirections) {
    View& view = directions_[Index(direction)];
    const View& view_before = before.directions_[Index(direction)];
    view.admitted.TakeOver(view_before.admitted, [](Port) { return true; });
    view.shown.TakeOver(view_before.shown, [&](const StateKey& key) {
      return !key.first || view.admitted.Contains(*key.first);
    });
  }
  const AdmittedNames<Port>& admitted = directions_[Index(Direction::kInbound)].admitted;
  listeners_.TakeOver(before.listeners_, [&](const ListenerKey& key) {
    return (!key.first || admitted.Contains(*key.first)) && services.IsShown(key.second);
  });
}

void PortView::Update(const ProtocolTotals& totals, const ServiceView& services,
                      Clock::TimePoint now, Snapshot& snapshot) {
  for (const Direction direction : kDirections) UpdateDirection(totals, direction, now, snapshot);
  UpdateListeners(totals, services, now, snapshot);
}

void PortView::UpdateDirection(const ProtocolTotals& totals, Direction direction,
                               Clock::TimePoint now, Snapshot& snapshot) {
  View& view = directions_[Index(direction)];
  const PortTable& ports = totals.ports[Index(direction)];
  std::vector<AdmittedNames<Port>::Candidate> candidates;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    candidates.push_back({port, counts.Total()});
  });
  snapshot.folded_ports += view.admitted.Update(std::move(candidates), true, now);

  std::map<StateKey, std::uint64_t> shown;
  ports.ForEach([&](Port port, const PortTable::Counts& counts) {
    const ShownPort shown_port = Shown(port, view.admitted);
    for (const SocketState state : kAllStates) {
      if (counts[state] != 0) shown[{shown_port, state}] += counts[state];
    }
  });
  for (const auto& [key, sockets] : shown) view.shown.Touch(key, now);
  view.shown.Expire(now);
  view.shown.ForEach([&](const StateKey& key) { shown.try_emplace(key, 0); });
  for (const auto& [key, sockets] : shown) {
    snapshot.port_sockets.push_back({totals.protocol, key.first, direction, key.second, sockets});
  }
}

void PortView::UpdateListeners(const ProtocolTotals& totals, const ServiceView& services,
                               Clock::TimePoint now, Snapshot& snapshot) {
  const AdmittedNames<Port>& admitted = directions_[Index(Direction::kInbound)].admitted;
  std::map<ListenerKey, ListenerTotals> shown;
  for (const auto& [key, listeners] : totals.listeners) {
    shown[{Shown(key.first, admitted), services.ShownName(key.second)}] += listeners;
  }
  for (const auto& [key, listeners] : shown) listeners_.Touch(key, now);
  listeners_.Expire(now);
  listeners_.ForEach([&](const ListenerKey& key) { shown.try_emplace(key); });
  for (const auto& [key, listeners] : shown) {
    snapshot.listeners.push_back({totals.protocol, key.first, key.second, listeners.listeners,
                                  listeners.queue_length, listeners.queue_limit,
                                  listeners.saturation});
  }
}

}  // namespace sockdiag
