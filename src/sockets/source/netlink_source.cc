#include "sockets/source/netlink_source.h"

#include <utility>

#include "sockets/source/sock_diag.h"

namespace sockdiag {

NetlinkSource::NetlinkSource(NetlinkTransportFactory open, const Clock& clock)
    : open_(std::move(open)), clock_(clock) {}

DumpResult<DumpStats> NetlinkSource::Dump(Protocol protocol, const WantedSockets& wanted,
                                          SocketSink& sink) {
  std::optional<Refusal>& refusal = refusals_[Index(protocol)];
  if (refusal && clock_.Now() < refusal->until) return tl::unexpected(refusal->error);
  refusal.reset();
  DumpResult<DumpStats> stats = DumpTables(protocol, wanted, sink);
  if (!stats && stats.error().reason == DumpErrorReason::kUnsupported) {
    refusal = Refusal{stats.error(), clock_.Now() + kRefusalMemory};
  }
  return stats;
}

DumpResult<DumpStats> NetlinkSource::DumpTables(Protocol protocol, const WantedSockets& wanted,
                                                SocketSink& sink) {
  if (protocol == Protocol::kUdp) return DumpUdp(wanted.states, sink);
  InetDiagDecoder decoder(protocol, sink, wanted.last_ack);
  return WalkOnce(protocol, TcpDumpRequest(wanted, ++sequence_), decoder);
}

DumpResult<DumpStats> NetlinkSource::DumpUdp(const StateSet& states, SocketSink& sink) {
  DumpStats total;
  InetDiagDecoder decoder(Protocol::kUdp, sink);
  for (const SocketState state : {SocketState::kUnconnected, SocketState::kEstablished}) {
    if (!states.Contains(state)) continue;
    for (const Family family : kFamilies) {
      DumpResult<DumpStats> walk =
          WalkOnce(Protocol::kUdp, UdpDumpRequest(family, StateSet{state}, ++sequence_), decoder);
      if (!walk) return walk;
      total.sockets += walk->sockets;
      total.bytes += walk->bytes;
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
