#pragma once

#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "metrics/metric.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/port_ranks.h"
#include "sockets/tally/ephemeral_ports_tally.h"
#include "sockets/tally/family_tally.h"
#include "sockets/tally/listener_tally.h"
#include "sockets/tally/owner_tally.h"
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
/// A tally is a class with `kMetrics`, `Add(record, classification)`, `Merge(other)` and
/// `Show(showing)`; the list below is the place where it is named.
class SocketTallies {
 public:
  using List = std::tuple<FamilyTally, ServiceTally, PortTally, QueueTally, ListenerTally,
                          UnacceptedTally, UnreadTally, StalledTally>;

  /// Ephemeral ports are counted where they matter to the protocol and are known. The matcher must
  /// outlive this.
  SocketTallies(Protocol protocol, const EphemeralPorts& ephemeral, const ServiceMatcher& matcher,
                bool counts_owners = false);

  void Add(const SocketRecord& record, const Classification& classification) {
    std::apply([&](auto&... tally) { (tally.Add(record, classification), ...); }, tallies_);
    if (ephemeral_ && classification.direction == Direction::kOutbound) {
      ephemeral_->AddOutbound(record, classification.owner);
    }
    if (owners_) owners_->Add(record, classification);
  }

  /// After the last socket: tells owners which share of the ephemeral ports is theirs.
  void ShareOutEphemeralPorts();
  /// They take some 300 KiB, however many sockets there are. They are shown no more then.
  void ForgetEphemeralPorts() { ephemeral_.reset(); }
  /// The dump has told nothing of them: they are not shown, rather than as none.
  void ForgetOwners() { owners_.reset(); }
  void ForgetDrops() { has_drops_ = false; }
  void ForgetLimits() { has_limits_ = false; }

  /// Adds the sockets of another network namespace, ephemeral ports and owners apart: these mean
  /// something in their own one alone.
  void Merge(const SocketTallies& other) { MergeAll(other, std::make_index_sequence<kTallies>()); }

  /// In the list's order.
  void Show(Showing& showing) const;

  [[nodiscard]] Protocol protocol() const { return protocol_; }
  /// By the rules that counted.
  [[nodiscard]] const PortRanks& ranks() const { return ranks_; }
  [[nodiscard]] const FamilyTally& families() const { return std::get<FamilyTally>(tallies_); }
  [[nodiscard]] const ServiceTally& services() const { return std::get<ServiceTally>(tallies_); }
  [[nodiscard]] const StalledTally& stalled() const { return std::get<StalledTally>(tallies_); }

  /// Whether the dump told what receive buffers hold and what was dropped, which is counted apart.
  [[nodiscard]] bool has_drops() const { return has_drops_; }
  /// Whether it told backlogs and limits of buffers.
  [[nodiscard]] bool has_limits() const { return has_limits_; }
  /// Shown apart, with those of other namespaces; null where they are not counted.
  [[nodiscard]] const OwnerTally* owners() const { return owners_.get(); }

  /// Of the list, in its order.
  [[nodiscard]] static std::vector<const Metric*> Metrics();

 private:
  static constexpr std::size_t kTallies = std::tuple_size_v<List>;
  template <std::size_t... places>
  void MergeAll(const SocketTallies& other, std::index_sequence<places...>) {
    (std::get<places>(tallies_).Merge(std::get<places>(other.tallies_)), ...);
  }

  Protocol protocol_;
  PortRanks ranks_;
  List tallies_;
  std::unique_ptr<EphemeralPortsTally> ephemeral_;
  std::unique_ptr<OwnerTally> owners_;
  bool has_drops_ = true;
  bool has_limits_ = true;
};

}  // namespace sockdiag
