#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <unordered_map>

#include "model/port.h"
#include "model/socket_record.h"
#include "sockets/naming/direction.h"
#include "sockets/naming/group.h"
#include "sockets/naming/known_directions.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/socket_owners.h"

namespace sockdiag {

/// Who serves, on which port, and what the socket is counted under.
struct Classification {
  Direction direction = Direction::kInbound;
  /// The local port of an inbound socket, the remote one of an outbound.
  Port service_port;
  /// The service and the direction.
  GroupId group = IdOf({});
  /// Whether the kernel's sockets told the direction, and so it is worth remembering.
  bool is_known = false;
  /// Who holds it; kUntold, too, where owners are not looked for.
  OwnerId owner = OwnerId::kUntold;
};

/// Classifies the sockets of one dump, with the listeners of the same dump and what is known from
/// those before.
class Classifier {
 public:
  /// `ephemeral`: ip_local_port_range. `known` and `owners` may be null. What is referred to must
  /// outlive the classifier.
  Classifier(const ServiceMatcher& matcher, const PortRange& ephemeral,
             ListenerMemory::Pass& listeners, KnownDirections* known = nullptr,
             SocketOwners* owners = nullptr)
      : matcher_(matcher),
        ephemeral_(ephemeral),
        listeners_(listeners),
        known_(known),
        owners_(owners) {}

  /// Listening sockets must come before those that they accepted, as the kernel dumps them.
  [[nodiscard]] Classification Classify(const SocketRecord& record) {
    if (IsListening(record)) AddListener(record);
    const OwnerId owner = owners_ == nullptr ? OwnerId::kUntold : owners_->Of(record);
    Classification classification = ClassifyService(record, RowsOf(owner));
    classification.owner = owner;
    return classification;
  }

 private:
  using OwnerRows = ServiceMatcher::OwnerRows;

  [[nodiscard]] const OwnerRows& RowsOf(OwnerId owner) {
    if (!matcher_.asks_for_owners() || owners_ == nullptr) return matcher_.nobody();
    const auto known = rows_.find(owner);
    if (known != rows_.end()) return known->second;
    return rows_.emplace(owner, matcher_.RowsOf(owners_->Name(owner))).first->second;
  }
  [[nodiscard]] Classification ClassifyService(const SocketRecord& record, const OwnerRows& owner) {
    if (const auto direction = DirectionFromSockets(record, listeners_, known_)) {
      return Make(record, *direction, Match(record, *direction, owner), true);
    }
    const ServiceMatch inbound = Match(record, Direction::kInbound, owner);
    const ServiceMatch outbound = Match(record, Direction::kOutbound, owner);
    const Direction direction = FromNamesAndPorts(record, inbound, outbound);
    return Make(record, direction, direction == Direction::kInbound ? inbound : outbound, false);
  }
  [[nodiscard]] Direction FromNamesAndPorts(const SocketRecord& record, const ServiceMatch& inbound,
                                            const ServiceMatch& outbound) const {
    const Port local = record.local.port;
    const Port remote = record.remote.port;
    if (const auto decided = DirectionFromNames(inbound, outbound)) return *decided;
    if (const auto decided = DirectionFromRange(local, remote, ephemeral_)) return *decided;
    if (const auto decided = DirectionFromRules(inbound, outbound)) return *decided;
    return DirectionFromPorts(local, remote);
  }
  void AddListener(const SocketRecord& listener) {
    listeners_.Add(listener);
    if (Traits(listener.protocol).clients_look_like_listeners) return;
    served_->set(listener.local.port.Value());
  }
  [[nodiscard]] static Port ServicePort(const SocketRecord& record, Direction direction) {
    return direction == Direction::kInbound ? record.local.port : record.remote.port;
  }
  [[nodiscard]] ServiceMatch Match(const SocketRecord& record, Direction direction,
                                   const OwnerRows& owner) const {
    return matcher_.Match(record.protocol, direction, ServicePort(record, direction),
                          record.local.address, record.remote.address, owner);
  }
  [[nodiscard]] Classification Make(const SocketRecord& record, Direction direction,
                                    const ServiceMatch& match, bool is_known) const {
    const Port port = ServicePort(record, direction);
    const bool was_accepted = is_known && direction == Direction::kInbound;
    const ServiceId service =
        match.IsNamed() ? match.service : Unnamed(record.protocol, port, was_accepted);
    return {direction, port, IdOf({service, direction}), is_known};
  }
  /// A port that the kernel gives to whoever asks for any has no name of its own, or each peer that
  /// got one would be a service; but while it is listened on here it is one, on every host, and so
  /// it stays for what a listener that has gone accepted.
  [[nodiscard]] ServiceId Unnamed(Protocol protocol, Port service_port, bool was_accepted) const {
    const bool is_served = served_->test(service_port.Value()) ||
                           (was_accepted && !Traits(protocol).clients_look_like_listeners);
    const bool is_anybodys = ephemeral_.Contains(service_port) && !is_served;
    return is_anybodys ? ServiceId::kOther : matcher_.Fallback(service_port);
  }

  const ServiceMatcher& matcher_;
  PortRange ephemeral_;
  ListenerMemory::Pass& listeners_;
  KnownDirections* known_;
  SocketOwners* owners_;
  /// What the rules make of the owners that were met.
  std::unordered_map<OwnerId, OwnerRows> rows_;
  /// Ports that are listened on to serve, on whatever address.
  std::unique_ptr<std::bitset<65536>> served_ = std::make_unique<std::bitset<65536>>();
};

}  // namespace sockdiag
