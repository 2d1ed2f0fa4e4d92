#pragma once

#include <span>
#include <vector>

#include "inspect/conversations.h"
#include "inspect/query.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/listener_memory.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/naming/service_names.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// What the sockets of one network namespace are looked at with; all must outlive it.
struct InspectionEnvironment {
  SocketSource& source;
  const ServiceMatcher& matcher;
  const ServiceNames& names;
  const EphemeralPorts& ephemeral;
  /// Null where they are not looked for.
  Owners* owners = nullptr;
  StateWatch& watch;
  /// By Protocol.
  std::span<ListenerMemory> listeners;
  /// Of the matcher's rules; see StateWatch::Begin().
  std::uint64_t generation;
};

/// What one look at the sockets tells.
struct Inspection {
  /// One for each query.
  std::vector<Answer> answers;
  /// Of all dumps that it took.
  DumpStats stats;
};

/// Answers all queries from one dump of each protocol that any is about. What is remembered from
/// dump to dump helps, and learns nothing from it but names.
[[nodiscard]] DumpResult<Inspection> Inspect(std::span<const Query> queries,
                                             const InspectionEnvironment& environment);

}  // namespace sockdiag
