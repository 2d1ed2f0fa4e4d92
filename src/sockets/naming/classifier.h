#pragma once

#include <bitset>
#include <memory>
#include <optional>

#include "model/port.h"
#include "model/socket_record.h"
#include "sockets/naming/direction.h"
#include "sockets/naming/group.h"
#include "sockets/naming/listener_table.h"
#include "sockets/naming/service_matcher.h"

namespace sockdiag {

/// Who serves, on which port, and what the socket is counted under.
struct Classification {
  Direction direction = Direction::kInbound;
  /// The local port of an inbound socket, the remote one of an outbound.
  Port service_port;
  /// The service and the direction.
  GroupId group = IdOf({});
};

/// Classifies the sockets of one dump, with the listeners of the same dump.
class Classifier {
 public:
  /// `ephemeral`: ip_local_port_range. The matcher must outlive the classifier.
  Classifier(const ServiceMatcher& matcher, const PortRange& ephemeral)
      : matcher_(matcher), ephemeral_(ephemeral) {}

  /// Listening sockets must come before those that they accepted, as the kernel dumps them.
  [[nodiscard]] Classification Classify(const SocketRecord& record) {
    if (IsListening(record)) AddListener(record);
    Classification result;
    result.direction = ResolveDirection(record, listeners_, ephemeral_);
    result.service_port =
        result.direction == Direction::kInbound ? record.local.port : record.remote.port;
    const std::optional<ServiceId> named =
        matcher_.Match(record.protocol, result.direction, result.service_port, record.local.address,
                       record.remote.address);
    result.group = IdOf({named ? *named : Unnamed(result.service_port), result.direction});
    return result;
  }

 private:
  void AddListener(const SocketRecord& listener) {
    listeners_.Add(listener);
    if (Traits(listener.protocol).listening_serves) served_->set(listener.local.port.Value());
  }
  /// A port that the kernel gives to whoever asks for any has no name of its own, or each peer that
  /// got one would be a service; but while it is listened on here it is one, on every host.
  [[nodiscard]] ServiceId Unnamed(Port service_port) const {
    const bool is_anybodys =
        ephemeral_.Contains(service_port) && !served_->test(service_port.Value());
    return is_anybodys ? ServiceId::kOther : matcher_.Fallback(service_port);
  }

  const ServiceMatcher& matcher_;
  PortRange ephemeral_;
  ListenerTable listeners_;
  /// Ports that are listened on to serve, on whatever address.
  std::unique_ptr<std::bitset<65536>> served_ = std::make_unique<std::bitset<65536>>();
};

}  // namespace sockdiag
