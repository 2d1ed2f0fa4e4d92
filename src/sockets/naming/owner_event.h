#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "sockets/naming/owner.h"

namespace sockdiag {

/// What happens to an owner's sockets and is counted.
enum class OwnerEvent : std::uint8_t {
  /// A TCP listener dropped a connection.
  kListenDrop,
  /// An unconnected UDP socket dropped a datagram.
  kReceiveDrop,
  /// TCP sent a segment again; known of whole network namespaces alone.
  kRetransmittedSegment,
};

/// How often since it was last counted; 0 of owners to whom it can happen and did not.
using OwnerEvents = std::map<std::pair<Owner, OwnerEvent>, std::uint64_t>;

}  // namespace sockdiag
