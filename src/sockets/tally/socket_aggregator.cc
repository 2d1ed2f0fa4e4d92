#include "sockets/tally/socket_aggregator.h"

#include <algorithm>
#include <utility>

namespace sockdiag {

SocketAggregator::SocketAggregator(Protocol protocol, const ServiceMatcher& matcher,
                                   const EphemeralPorts& ephemeral, StateWatch::Pass* watch)
    : classifier_(matcher, ephemeral.range), watch_(watch) {
  totals_.protocol = protocol;
  totals_.services = ServiceTable(matcher.names().size());
  if (protocol == Protocol::kTcp && ephemeral.is_known) {
    ephemeral_ = std::make_unique<EphemeralUsage>(ephemeral);
  }
}

void SocketAggregator::Add(const SocketRecord& record) {
  const Classification classification = classifier_.Classify(record);
  const std::size_t direction = Index(classification.direction);
  totals_.families[Index(record.family)].Increment(record.state);
  totals_.ports[direction].Increment(classification.service_port, record.state);
  ServiceTotals& service = totals_.services.At(classification.service, classification.direction);
  service.states.Increment(record.state);
  AddQueues(record, service);
  if (IsListening(record)) AddListener(record, classification);
  if (ephemeral_ && classification.direction == Direction::kOutbound) ephemeral_->Add(record);
  if (watch_ != nullptr) watch_->Observe(record, classification);
}

ProtocolTotals SocketAggregator::TakeTotals() && {
  if (ephemeral_) totals_.ephemeral_ports = ephemeral_->Totals();
  return std::move(totals_);
}

void SocketAggregator::AddQueues(const SocketRecord& record, ServiceTotals& service) {
  if (record.state == SocketState::kListen) return;
  service.receive_queue_bytes += record.receive_queue;
  service.send_queue_bytes += record.send_queue;
}

void SocketAggregator::AddListener(const SocketRecord& record,
                                   const Classification& classification) {
  ListenerTotals one;
  one.listeners = 1;
  if (record.state == SocketState::kListen) {
    one.queue_length = record.receive_queue;
    one.queue_limit = record.send_queue;
    // A backlog of 0 still lets one connection wait: it is as full as one of 1.
    one.saturation = static_cast<double>(one.queue_length) /
                     static_cast<double>(std::max<std::uint64_t>(one.queue_limit, 1));
  }
  totals_.listeners[{classification.service_port, classification.service}] += one;
}

}  // namespace sockdiag
