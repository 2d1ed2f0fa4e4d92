#include "collectors/namespaces/namespace_turn.h"

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "model/socket_state.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

EphemeralPorts PortsOf(const PortTexts& texts) {
  EphemeralPorts ports;
  const Result<PortRange> range = ParsePortRangeSysctl(texts.range);
  ports.is_known = range.has_value();
  if (range) ports.range = *range;
  Result<std::vector<PortRange>> reserved = ParseReservedPorts(texts.reserved);
  if (reserved) ports.reserved = *std::move(reserved);
  return ports;
}

CountEnvironment CountIn(KnownNamespace& known, Protocol protocol,
                         const TurnEnvironment& environment, const EphemeralPorts& ports) {
  return {.matcher = environment.matcher,
          .ephemeral = ports,
          .owners = environment.owners,
          .watch = known.watch,
          .listeners = known.listeners[Index(protocol)],
          .drops = known.drops[Index(protocol)],
          .collects_drops = environment.collects_drops,
          .generation = environment.generation};
}

}  // namespace

NamespaceTurn::NamespaceTurn(TurnEnvironment environment)
    : environment_(std::move(environment)),
      source_(environment_.make_source([this] { return OpenTransport(); })) {}

NamespaceResult<void> NamespaceTurn::Open() {
  if (opened_.socket.IsValid()) return {};
  NamespaceResult<OpenedNamespace> opened = environment_.helper.Open(opened_.id);
  if (!opened) return tl::unexpected(std::move(opened.error()));
  opened_.socket = std::move(opened->socket);
  opened_.cookie = opened->cookie;
  if (!opened_.ports) opened_.ports = PortsOf(opened->ports);
  return {};
}

tl::expected<std::unique_ptr<NetlinkTransport>, int> NamespaceTurn::OpenTransport() {
  const NamespaceResult<void> opened = Open();
  if (!opened) {
    opened_.refusal = opened.error();
    return tl::unexpected(EIO);
  }
  return AdoptNetlinkTransport(std::move(opened_.socket), kDumpSilenceLimit);
}

NamespaceResult<void> NamespaceTurn::Enter(NamespaceId id, KnownNamespace& known) {
  opened_ = {.id = id, .socket = {}, .ports = {}, .cookie = 0, .refusal = {}};
  NamespaceResult<void> opened = Open();
  if (!opened) return opened;
  // Where the kernel has no cookies, a new cgroup decides.
  const bool is_other = known.cookie != opened_.cookie || (known.cookie == 0 && known.is_doubtful);
  if (is_other && known.HasFigures()) {
    return FailNamespace(NamespaceErrorReason::kGone, "another namespace has its number now");
  }
  known.cookie = opened_.cookie;
  known.is_doubtful = false;
  return {};
}

NamespaceResult<void> NamespaceTurn::Take(NamespaceId id, std::size_t max_tracked_sockets,
                                          KnownNamespace& known) {
  known.last_turn = environment_.clock.Now();
  known.outcome = KnownNamespace::Outcome::kStale;
  const NamespaceResult<NamespaceCounters> counters = environment_.helper.Counters(id);
  if (!counters) return tl::unexpected(counters.error());
  WatchOptions watch = environment_.watch;
  // Peaks are those of all namespaces together.
  watch.peak_window = {};
  watch.max_tracked_sockets = max_tracked_sockets;
  known.watch.Configure(watch, environment_.generation);
  const NamespaceResult<void> entered = Enter(id, known);
  if (entered) NoteRetransmits(*counters, known);
  const NamespaceResult<bool> tcp = entered.and_then([&] { return TakeTcp(*counters, known); });
  const bool goes_on = tcp || (entered && tcp.error().reason == NamespaceErrorReason::kFailed);
  const NamespaceResult<bool> udp = goes_on ? TakeUdp(*counters, known) : tcp;
  // The socket would keep a deleted namespace alive.
  opened_ = {};
  SumUp(known);
  if (!tcp) return tl::unexpected(tcp.error());
  if (!udp) return tl::unexpected(udp.error());
  known.outcome = *tcp || *udp ? KnownNamespace::Outcome::kDumped : KnownNamespace::Outcome::kIdle;
  return {};
}

bool NamespaceTurn::MustWalk(Protocol protocol, const KnownNamespace& known) const {
  const auto& seen = known.seen[Index(protocol)];
  return !seen || seen->generation != environment_.generation;
}

void NamespaceTurn::NoteSeen(Protocol protocol, KnownNamespace& known) const {
  known.seen[Index(protocol)] = {*known.last_turn, environment_.generation};
}

NamespaceResult<bool> NamespaceTurn::TakeTcp(const NamespaceCounters& counters,
                                             KnownNamespace& known) {
  constexpr Protocol kTcp = Protocol::kTcp;
  if (!environment_.is_collected[Index(kTcp)]) {
    known.tallies[Index(kTcp)] = nullptr;
    known.seen[Index(kTcp)].reset();
    return false;
  }
  const bool may_be_idle = !MustWalk(kTcp, known) && counters.tcp_time_wait == 0 &&
                           known.quiet_segments == counters.tcp_segments_in;
  if (may_be_idle && HasListenersAlone(counters, known)) return false;
  known.quiet_segments.reset();
  const NamespaceResult<void> walked = WalkAll(kTcp, known);
  if (!walked) return tl::unexpected(walked.error());
  const SocketTallies& tallies = *known.tallies[Index(kTcp)];
  if (tallies.families().Total(SocketState::kSynRecv) == 0) {
    known.quiet_segments = counters.tcp_segments_in;
  }
  return true;
}

NamespaceResult<bool> NamespaceTurn::TakeUdp(const NamespaceCounters& counters,
                                             KnownNamespace& known) {
  constexpr Protocol kUdp = Protocol::kUdp;
  const bool is_collected = environment_.is_collected[Index(kUdp)];
  if (!is_collected || counters.udp_in_use == 0) {
    known.tallies[Index(kUdp)] = nullptr;
    known.udp_walk.reset();
    known.seen[Index(kUdp)].reset();
    if (is_collected) NoteSeen(kUdp, known);
    return false;
  }
  const Clock::TimePoint now = environment_.clock.Now();
  const auto& last = known.udp_walk;
  const bool is_idle = !MustWalk(kUdp, known) && last && last->in_use == counters.udp_in_use &&
                       last->datagrams == counters.udp_datagrams &&
                       now - last->at < kLongestIdleUdp;
  if (is_idle) {
    NoteSeen(kUdp, known);
    return false;
  }
  const NamespaceResult<void> walked = WalkAll(kUdp, known);
  if (!walked) return tl::unexpected(walked.error());
  known.udp_walk = {counters.udp_in_use, counters.udp_datagrams, now};
  return true;
}

bool NamespaceTurn::HasListenersAlone(const NamespaceCounters& counters, KnownNamespace& known) {
  constexpr Protocol kTcp = Protocol::kTcp;
  SocketCount count(kTcp, CountIn(known, kTcp, environment_, *opened_.ports));
  const DumpResult<DumpStats> stats = count.Dump(*source_, StateSet{SocketState::kListen});
  if (!stats || stats->sockets != counters.tcp_in_use) return false;
  Keep(kTcp, count, known);
  return true;
}

NamespaceResult<void> NamespaceTurn::WalkAll(Protocol protocol, KnownNamespace& known) {
  SocketCount count(protocol, CountIn(known, protocol, environment_, *opened_.ports));
  const DumpResult<DumpStats> stats = count.Dump(*source_, StateSet::All(protocol));
  if (!stats) {
    if (opened_.refusal) return tl::unexpected(*opened_.refusal);
    environment_.errors.Add(protocol, stats.error().reason);
    return FailNamespace(NamespaceErrorReason::kFailed, stats.error().message);
  }
  Keep(protocol, count, known);
  return {};
}

void NamespaceTurn::Keep(Protocol protocol, SocketCount& count, KnownNamespace& known) const {
  count.Commit();
  // Of these a namespace shows the owners' shares alone, and there may be hundreds of namespaces.
  count.tallies()->ForgetEphemeralPorts();
  known.tallies[Index(protocol)] = count.tallies();
  NoteSeen(protocol, known);
}

void NamespaceTurn::NoteRetransmits(const NamespaceCounters& counters, KnownNamespace& known) {
  const std::uint64_t now = counters.tcp_segments_retransmitted;
  const std::uint64_t before = known.retransmitted_segments.value_or(now);
  known.uncounted_retransmits += now - std::min(before, now);
  known.retransmitted_segments = now;
}

void NamespaceTurn::SumUp(KnownNamespace& known) const {
  if (environment_.owners == nullptr) {
    known.owners = {};
    return;
  }
  const std::shared_ptr<const WatchPass> pass = known.watch.Report().latest;
  const bool is_watched = known.tallies[Index(kWatchedProtocol)] != nullptr;
  DropsByProtocol drops;
  for (std::size_t i = 0; i < drops.size(); ++i) drops[i] = known.drops[i].Uncounted();
  known.owners = SumOwners(known.tallies, is_watched ? pass.get() : nullptr, drops,
                           *environment_.owners, known.owner);
  if (known.retransmitted_segments) {
    known.owners.events[{known.owner, OwnerEvent::kRetransmittedSegment}] =
        known.uncounted_retransmits;
  }
}

}  // namespace sockdiag
