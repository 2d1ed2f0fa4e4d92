#include "aggregate/socket_aggregator.h"

#include <algorithm>

#include "services/direction.h"

namespace sockdiag {

SocketAggregator::SocketAggregator(Protocol protocol, const ServiceMatcher& matcher,
                                   const PortRange& ephemeral)
    : matcher_(matcher), ephemeral_(ephemeral) {
  totals_.protocol = protocol;
  totals_.services.resize(matcher.names().size());
}

void SocketAggregator::Add(const SocketRecord& record) {
  if (IsListening(record)) listeners_.Add(record);
  const Direction direction = ResolveDirection(record, listeners_, ephemeral_);
  const Port port = direction == Direction::kInbound ? record.local.port : record.remote.port;
  const ServiceId service =
      matcher_.Match(record.protocol, direction, port, record.local.address, record.remote.address);

  totals_.families[Index(record.family)].Increment(record.state);
  totals_.ports[Index(direction)].Increment(port, record.state);
  ServiceTotals& service_totals = totals_.services[Index(service)][Index(direction)];
  service_totals.states.Increment(record.state);
  AddQueues(record, service_totals);
  if (IsListening(record)) AddListener(record, port, service);
}

void SocketAggregator::AddQueues(const SocketRecord& record, ServiceTotals& service) {
  if (record.state == SocketState::kListen) return;
  service.receive_queue_bytes += record.receive_queue;
  service.send_queue_bytes += record.send_queue;
}

void SocketAggregator::AddListener(const SocketRecord& record, Port port, ServiceId service) {
  ListenerTotals one;
  one.listeners = 1;
  if (record.state == SocketState::kListen) {
    one.queue_length = record.receive_queue;
    one.queue_limit = record.send_queue;
    // A backlog of 0 still lets one connection wait: it is as full as one of 1.
    one.saturation = static_cast<double>(one.queue_length) /
                     static_cast<double>(std::max<std::uint64_t>(one.queue_limit, 1));
  }
  totals_.listeners[{port, service}] += one;
}

}  // namespace sockdiag
