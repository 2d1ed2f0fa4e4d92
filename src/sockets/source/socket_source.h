#pragma once

#include <cstdint>

#include "model/protocol.h"
#include "model/socket_record.h"
#include "model/state_set.h"
#include "netlink/dump_error.h"
#include "sockets/source/source_kind.h"

namespace sockdiag {

/// What of a socket a dump is to show that not everybody wants.
struct WantedAttributes {
  /// Of TCP sockets SocketRecord::last_ack_ms, for which the kernel writes three times as much.
  bool last_ack = false;
  /// SocketRecord::cgroup_id, which the kernel writes anyway.
  bool cgroup = false;
  /// Of sockets that listen or are unconnected SocketRecord::drops and the receive buffer.
  bool memory = false;
};

/// What a dump is to show.
struct WantedSockets {
  StateSet states;
  WantedAttributes attributes = {};
};

/// What one dump cost.
struct DumpStats {
  std::uint64_t sockets = 0;
  /// Of the netlink messages received, or of the lines of /proc.
  std::uint64_t bytes = 0;
  SourceKind source = SourceKind::kNetlink;

  /// Of the same source.
  friend DumpStats operator+(const DumpStats& a, const DumpStats& b) {
    return {a.sockets + b.sockets, a.bytes + b.bytes, a.source};
  }
};

/// Where socket tables come from: the kernel, or a test.
class SocketSource {
 public:
  virtual ~SocketSource() = default;

  /// Gives every socket of the protocol that is wanted to `sink`, those that listen (TCP) or are
  /// unconnected (UDP) before all others. After an error, what the sink was given is a part of
  /// unknown size and must be thrown away. One thread at a time.
  [[nodiscard]] virtual DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                                   SocketSink& sink) = 0;
};

}  // namespace sockdiag
