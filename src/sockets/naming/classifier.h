#pragma once

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
    if (IsListening(record)) listeners_.Add(record);
    Classification result;
    result.direction = ResolveDirection(record, listeners_, ephemeral_);
    result.service_port =
        result.direction == Direction::kInbound ? record.local.port : record.remote.port;
    const ServiceId service = matcher_.Match(record.protocol, result.direction, result.service_port,
                                             record.local.address, record.remote.address);
    result.group = IdOf({service, result.direction});
    return result;
  }

 private:
  const ServiceMatcher& matcher_;
  PortRange ephemeral_;
  ListenerTable listeners_;
};

}  // namespace sockdiag
