#pragma once

#include <cstdint>

#include "model/protocol.h"
#include "model/socket_record.h"
#include "model/state_set.h"
#include "netlink/dump_error.h"

namespace sockdiag {

/// What one dump cost.
struct DumpStats {
  std::uint64_t sockets = 0;
  /// Netlink bytes received.
  std::uint64_t bytes = 0;
};

/// Where socket tables come from: the kernel, or a test.
class SocketSource {
 public:
  virtual ~SocketSource() = default;

  /// Gives every socket of the protocol that is in one of the states to `sink`, those that listen
  /// (TCP) or are unconnected (UDP) before all others. After an error, what the sink was given is a
  /// part of unknown size and must be thrown away. One thread at a time.
  [[nodiscard]] virtual DumpResult<DumpStats> Dump(Protocol protocol, const StateSet& states,
                                                   SocketSink& sink) = 0;
};

}  // namespace sockdiag
