#pragma once

#include <memory>

#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/tally/ephemeral_usage.h"
#include "sockets/tally/protocol_totals.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// Adds up one dump of one protocol, a record at a time; keeps none of them. When the dump fails it
/// is thrown away with all that it counted.
class SocketAggregator final : public SocketSink {
 public:
  /// `watch` is shown every socket; null when nobody watches. Matcher and watch must outlive the
  /// aggregator.
  SocketAggregator(Protocol protocol, const ServiceMatcher& matcher,
                   const EphemeralPorts& ephemeral, StateWatch::Pass* watch = nullptr);

  /// Listening sockets must come before those that they accepted, as the kernel dumps them.
  void Add(const SocketRecord& record) override;

  [[nodiscard]] ProtocolTotals TakeTotals() &&;

 private:
  void AddQueues(const SocketRecord& record, ServiceTotals& service);
  void AddListener(const SocketRecord& record, const Classification& classification);

  Classifier classifier_;
  StateWatch::Pass* watch_;
  /// TCP only.
  std::unique_ptr<EphemeralUsage> ephemeral_;
  ProtocolTotals totals_;
};

}  // namespace sockdiag
