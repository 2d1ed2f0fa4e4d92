#include "sockets/tally/listener_tally.h"

namespace sockdiag {

void ListenerTally::AddListener(const SocketRecord& record, const Classification& classification) {
  Totals one;
  one.listeners = 1;
  if (HasBacklog(record)) {
    one.queue_length = record.receive_queue;
    one.queue_limit = record.send_queue;
    one.saturation = ListenQueueSaturation(record);
  } else {
    one.receive_buffer_bytes = record.receive_buffer_bytes;
    one.receive_buffer_limit_bytes = record.receive_buffer_limit_bytes;
  }
  listeners_[{classification.service_port, GroupOf(classification.group).service}] += one;
}

void ListenerTally::Show(Showing& showing) const {
  const ShownPorts::OfDirection& ports = showing.ports.Of(Direction::kInbound);
  std::map<ShownPorts::ListenerKey, Totals> shown;
  for (const auto& [key, totals] : listeners_) {
    shown[{ports.ShownListener(key.first), showing.services.Shown(key.second)}] += totals;
  }
  showing.ports.ForgetListenersWithoutPlace(showing.services);
  showing.ports.listeners.Complete(shown, showing.now);
  for (const auto& [key, totals] : shown) {
    const std::string port = Name(key.first);
    const std::string service = showing.services.ShownName(key.second);
    showing.samples.Add(kListeners, totals.listeners, Name(showing.protocol), port, service);
    if (!Traits(showing.protocol).queue_is_backlog) {
      if (!showing.has_drops) continue;
      showing.samples.Add(kReceiveBuffer, totals.receive_buffer_bytes, port, service);
      if (!showing.has_limits) continue;
      showing.samples.Add(kReceiveBufferLimit, totals.receive_buffer_limit_bytes, port, service);
      continue;
    }
    showing.samples.Add(kQueueLength, totals.queue_length, port, service);
    if (!showing.has_limits) continue;
    showing.samples.Add(kQueueLimit, totals.queue_limit, port, service);
    showing.samples.Add(kSaturation, totals.saturation, port, service);
  }
}

}  // namespace sockdiag
