#include "sockets/source/netlink_source.h"

#include <utility>

namespace sockdiag {

NetlinkSource::NetlinkSource(NetlinkTransportFactory open, const Clock& clock,
                             std::function<bool(const std::string&)> is_loaded, bool is_used_again,
                             bool remembers_denials)
    : open_(std::move(open)),
      clock_(clock),
      is_loaded_(std::move(is_loaded)),
      is_used_again_(is_used_again),
      remembers_denials_(remembers_denials) {}

DumpResult<DumpStats> NetlinkSource::Dump(Protocol protocol, const WantedSockets& wanted,
                                          SocketSink& sink) {
  std::optional<Refusal>& refusal = refusals_[Index(protocol)];
  if (refusal && !IsOver(*refusal)) return tl::unexpected(refusal->error);
  refusal.reset();
  DumpResult<DumpStats> stats = DumpTables(protocol, wanted, sink);
  if (!stats && IsRemembered(stats.error())) {
    refusal = MakeRefusal(protocol, stats.error());
    return tl::unexpected(refusal->error);
  }
  return stats;
}

bool NetlinkSource::IsRemembered(const DumpError& error) const {
  return error.reason == DumpErrorReason::kUnsupported || (remembers_denials_ && error.is_denied);
}

NetlinkSource::Refusal NetlinkSource::MakeRefusal(Protocol protocol, const DumpError& error) const {
  Refusal refusal{error, clock_.Now() + kRefusalMemory, {}};
  std::string when;
  const std::string module = DiagModule(protocol);
  const bool lacks_module =
      error.reason == DumpErrorReason::kUnsupported && error.kernel_errno != 0;
  if (lacks_module && !is_loaded_(module)) {
    refusal.missing_module = module;
    when = "when it is loaded, ";
  }
  if (!is_used_again_) return refusal;
  refusal.error.message += "; asked again " + when + "after " +
                           std::to_string(kRefusalMemory.count()) + " minutes or at a reload";
  return refusal;
}

bool NetlinkSource::IsOver(const Refusal& refusal) const {
  return clock_.Now() >= refusal.until ||
         (!refusal.missing_module.empty() && is_loaded_(refusal.missing_module));
}

DumpResult<DumpStats> NetlinkSource::DumpTables(Protocol protocol, const WantedSockets& wanted,
                                                SocketSink& sink) {
  if (protocol == Protocol::kUdp) return DumpUdp(wanted, sink);
  InetDiagDecoder decoder(protocol, sink, wanted.attributes);
  if (!wanted.attributes.memory || !wanted.states.Contains(SocketState::kListen)) {
    return WalkOnce(protocol, TcpDumpRequest(wanted, ++sequence_), decoder);
  }
  // The kernel writes it for each socket of a walk, and only listeners' are wanted.
  DumpResult<DumpStats> listeners = WalkOnce(
      protocol, TcpDumpRequest({{SocketState::kListen}, wanted.attributes}, ++sequence_), decoder);
  if (!listeners) return listeners;
  WantedSockets others = wanted;
  others.states.Remove(SocketState::kListen);
  others.attributes.memory = false;
  if (others.states.IsEmpty()) return listeners;
  return WalkOnce(protocol, TcpDumpRequest(others, ++sequence_), decoder)
      .map([&](const DumpStats& stats) { return *listeners + stats; });
}

DumpResult<DumpStats> NetlinkSource::DumpUdp(const WantedSockets& wanted, SocketSink& sink) {
  DumpStats total;
  InetDiagDecoder decoder(Protocol::kUdp, sink, wanted.attributes);
  for (const SocketState state : {SocketState::kUnconnected, SocketState::kEstablished}) {
    if (!wanted.states.Contains(state)) continue;
    for (const Family family : kFamilies) {
      WantedSockets walked{StateSet{state}, wanted.attributes};
      walked.attributes.memory = wanted.attributes.memory && state == SocketState::kUnconnected;
      DumpResult<DumpStats> walk =
          WalkOnce(Protocol::kUdp, UdpDumpRequest(family, walked, ++sequence_), decoder);
      if (!walk) return walk;
      total = total + *walk;
    }
  }
  return total;
}

DumpResult<DumpStats> NetlinkSource::WalkOnce(Protocol protocol, const DumpRequest& request,
                                              InetDiagDecoder& decoder) {
  const auto transport = open_();
  if (!transport) return tl::unexpected(SockDiagOpenError(transport.error()));
  const DumpResult<WalkStats> walk = Walk(**transport, request, *buffer_, decoder);
  if (!walk) return tl::unexpected(WithMissingModule(protocol, walk.error()));
  return DumpStats{walk->records, walk->bytes};
}

}  // namespace sockdiag
