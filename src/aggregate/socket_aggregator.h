#pragma once

#include "aggregate/protocol_totals.h"
#include "model/port.h"
#include "model/socket_record.h"
#include "services/listener_table.h"
#include "services/service_matcher.h"

namespace sockdiag {

/// Adds up one dump of one protocol, a record at a time; keeps none of them. When the dump fails it
/// is thrown away with all that it counted.
class SocketAggregator final : public SocketSink {
 public:
  /// `ephemeral`: ip_local_port_range. The matcher must outlive the aggregator.
  SocketAggregator(Protocol protocol, const ServiceMatcher& matcher, const PortRange& ephemeral);

  /// Listening sockets must come before those that they accepted, as the kernel dumps them.
  void Add(const SocketRecord& record) override;

  [[nodiscard]] ProtocolTotals TakeTotals() && { return std::move(totals_); }

 private:
  void AddQueues(const SocketRecord& record, ServiceTotals& service);
  void AddListener(const SocketRecord& record, Port port, ServiceId service);

  const ServiceMatcher& matcher_;
  PortRange ephemeral_;
  ListenerTable listeners_;
  ProtocolTotals totals_;
};

}  // namespace sockdiag
