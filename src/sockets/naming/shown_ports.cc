#include "sockets/naming/shown_ports.h"

namespace sockdiag {

void ShownPorts::Configure(const Limits& limits, const ShownServices& services) {
  for (OfDirection& direction : directions) {
    direction.admitted.Configure(limits.ports, limits.retention, [](Port) { return false; });
    for (RetainedKeys<StateKey>* keys : {&direction.states, &direction.stuck}) {
      keys->SetRetention(limits.retention);
    }
    direction.ForgetStatesWithoutPlace();
  }
  listeners.SetRetention(limits.retention);
  ForgetListenersWithoutPlace(services);
}

void ShownPorts::OfDirection::ForgetStatesWithoutPlace() {
  for (RetainedKeys<StateKey>* keys : {&states, &stuck}) {
    keys->EraseIf(
        [this](const StateKey& key) { return key.first && !admitted.Contains(*key.first); });
  }
}

void ShownPorts::ForgetListenersWithoutPlace(const ShownServices& services) {
  listeners.EraseIf([&](const ListenerKey& key) {
    const bool has_port = !key.first || Of(Direction::kInbound).admitted.Contains(*key.first);
    return !has_port || !services.IsShown(key.second);
  });
}

}  // namespace sockdiag
