#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "model/protocol.h"
#include "model/state_set.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/socket_owners.h"
#include "sockets/source/socket_source.h"
#include "sockets/tally/socket_tallies.h"
#include "sockets/watch/drop_watch.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// What the sockets of one network namespace are counted with; all must outlive the count.
struct CountEnvironment {
  const ServiceMatcher& matcher;
  const EphemeralPorts& ephemeral;
  /// Null where they are not looked for.
  Owners* owners = nullptr;
  StateWatch& watch;
  /// Of the protocol.
  ListenerMemory& listeners;
  /// Of the protocol.
  DropWatch& drops;
  /// Whether drops and receive buffers are wanted, which take a walk more.
  bool collects_drops = true;
  /// Of the matcher's rules; see StateWatch::Configure().
  std::uint64_t generation;
};

/// One dump of the sockets of one protocol: each record goes from the stack straight into the
/// tallies and the watch. What is remembered from dump to dump hears of it with Commit() alone.
class SocketCount {
 public:
  SocketCount(Protocol protocol, const CountEnvironment& environment);

  /// Once. After an error this is to be thrown away.
  [[nodiscard]] DumpResult<DumpStats> Dump(SocketSource& source, StateSet states);
  /// These were all sockets that there are.
  void Commit();

  [[nodiscard]] const std::shared_ptr<SocketTallies>& tallies() const { return tallies_; }

 private:
  const Protocol protocol_;
  const CountEnvironment environment_;
  const std::shared_ptr<SocketTallies> tallies_;
  ListenerMemory::Pass listeners_;
  DropWatch::Pass drops_;
  std::optional<StateWatch::Pass> watching_;
  std::optional<SocketOwners> owners_;
  /// Of the dump.
  SourceKind source_ = SourceKind::kNetlink;
};

}  // namespace sockdiag
