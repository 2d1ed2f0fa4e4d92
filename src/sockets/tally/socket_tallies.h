#pragma once

#include <memory>
#include <tuple>
#include <vector>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/port_ranks.h"
#include "sockets/tally/ephemeral_ports_tally.h"
#include "sockets/tally/family_tally.h"
#include "sockets/tally/listener_tally.h"
#include "sockets/tally/port_tally.h"
#include "sockets/tally/queue_tally.h"
#include "sockets/tally/service_tally.h"
#include "sockets/tally/showing.h"
#include "sockets/tally/stalled_tally.h"
#include "sockets/tally/unaccepted_tally.h"
#include "sockets/tally/unread_tally.h"

namespace sockdiag {

/// Everything that one dump of one protocol adds up to. Its size does not depend on the number of
/// sockets, only on the ports and services that they use.
///
/// A tally is a class with `kMetrics`, `Add(record, classification)` and `Show(showing)`; the list
/// below is the place where it is named.
class SocketTallies {
 public:
  using List = std::tuple<FamilyTally, ServiceTally, PortTally, QueueTally, ListenerTally,
                          UnacceptedTally, UnreadTally, StalledTally>;

  /// Ephemeral ports are counted where they matter to the protocol and are known. The matcher must
  /// outlive this.
  SocketTallies(Protocol protocol, const EphemeralPorts& ephemeral, const ServiceMatcher& matcher);

  void Add(const SocketRecord& record, const Classification& classification) {
    std::apply([&](auto&... tally) { (tally.Add(record, classification), ...); }, tallies_);
    if (ephemeral_ && classification.direction == Direction::kOutbound) {
      ephemeral_->AddOutbound(record);
    }
  }

  /// In the list's order.
  void Show(Showing& showing) const;

  [[nodiscard]] Protocol protocol() const { return protocol_; }
  /// By the rules that counted.
  [[nodiscard]] const PortRanks& ranks() const { return ranks_; }
  [[nodiscard]] const ServiceTally& services() const { return std::get<ServiceTally>(tallies_); }
  [[nodiscard]] const StalledTally& stalled() const { return std::get<StalledTally>(tallies_); }

  /// Of the list, in its order.
  [[nodiscard]] static std::vector<const Metric*> Metrics();

 private:
  Protocol protocol_;
  PortRanks ranks_;
  List tallies_;
  /// Null where it is not counted.
  std::unique_ptr<EphemeralPortsTally> ephemeral_;
};

}  // namespace sockdiag
