#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "collectors/namespaces/known_namespace.h"
#include "collectors/socket_count.h"
#include "model/protocol.h"
#include "namespaces/helper.h"
#include "netlink/transport.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/service_matcher.h"
#include "sockets/source/dump_errors.h"
#include "sockets/source/socket_source.h"
#include "sockets/watch/watch_options.h"

namespace sockdiag {

/// Makes a source of what the opened netlink sockets show: the kernel's, or a test's.
using SourceMaker = std::function<std::unique_ptr<SocketSource>(NetlinkTransportFactory open)>;

/// What turns are taken with; all that is referred to must outlive them.
struct TurnEnvironment {
  NamespaceHelper& helper;
  SourceMaker make_source;
  const ServiceMatcher& matcher;
  /// Null where they are not looked for.
  Owners* owners = nullptr;
  /// Of the matcher's rules.
  std::uint64_t generation;
  WatchOptions watch;
  ProtocolFlags is_collected{};
  /// See CountEnvironment.
  bool collects_drops = true;
  DumpErrors& errors;
  const Clock& clock;
};

/// Brings one namespace's figures up to date: walks its sockets, unless the kernel's counters tell
/// that this would show the same again. Since the kernel's tables are shared, a walk costs as much
/// as all sockets of the host, and the counters 40 us.
///
/// TCP is idle when the sockets in use are as many as a dump of the listeners alone shows, none is
/// in TIME_WAIT, and no segment has come in since a walk that showed none in SYN_RECV. UDP is when
/// there is no socket, or neither their number nor the datagrams' has changed since the last walk,
/// which is not longer ago than kLongestIdleUdp: a socket that took another's place without a
/// datagram is missed until then. What failed of one protocol leaves the other's figures as they
/// came out.
class NamespaceTurn {
 public:
  static constexpr std::chrono::minutes kLongestIdleUdp{1};

  explicit NamespaceTurn(TurnEnvironment environment);

  /// `max_tracked_sockets`: of this namespace. What failed is as it was.
  [[nodiscard]] NamespaceResult<void> Take(NamespaceId id, std::size_t max_tracked_sockets,
                                           KnownNamespace& known);

 private:
  /// The namespace whose turn it is.
  struct Opened {
    NamespaceId id = 0;
    /// For the next walk, when there is one already.
    UniqueFd socket;
    /// As they were at the first opening: counts that are under way refer to them.
    std::optional<EphemeralPorts> ports;
    std::uint64_t cookie = 0;
    /// Why there was no socket for a walk; nothing while there was none missing.
    std::optional<NamespaceError> refusal;
  };

  /// From here on there are ports, and a socket for the next walk.
  [[nodiscard]] NamespaceResult<void> Open();
  /// Opens it; fails with kGone when it is not the one that is known.
  [[nodiscard]] NamespaceResult<void> Enter(NamespaceId id, KnownNamespace& known);
  [[nodiscard]] tl::expected<std::unique_ptr<NetlinkTransport>, int> OpenTransport();
  /// Whether anything was walked.
  [[nodiscard]] NamespaceResult<bool> TakeTcp(const NamespaceCounters& counters,
                                              KnownNamespace& known);
  [[nodiscard]] NamespaceResult<bool> TakeUdp(const NamespaceCounters& counters,
                                              KnownNamespace& known);
  /// Nothing is known, or what is was counted by other rules.
  [[nodiscard]] bool MustWalk(Protocol protocol, const KnownNamespace& known) const;
  /// The figures of the protocol hold as of this turn, by the rules in force.
  void NoteSeen(Protocol protocol, KnownNamespace& known) const;
  /// Whether its listeners are all that there is; then they are its figures.
  [[nodiscard]] bool HasListenersAlone(const NamespaceCounters& counters, KnownNamespace& known);
  [[nodiscard]] NamespaceResult<void> WalkAll(Protocol protocol, KnownNamespace& known);
  /// A count that came to its end is the protocol's figures from now on.
  void Keep(Protocol protocol, SocketCount& count, KnownNamespace& known) const;
  static void NoteRetransmits(const NamespaceCounters& counters, KnownNamespace& known);
  void SumUp(KnownNamespace& known) const;

  const TurnEnvironment environment_;
  Opened opened_;
  const std::unique_ptr<SocketSource> source_;
};

}  // namespace sockdiag
