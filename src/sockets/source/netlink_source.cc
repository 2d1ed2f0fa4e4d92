#include "sockets/source/netlink_source.h"

#include <utility>

#include "sockets/source/inet_diag_codec.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {

NetlinkSource::NetlinkSource(NetlinkTransportFactory open, const Clock& clock)
    : open_(std::move(open)), clock_(clock) {}

DumpResult<DumpStats> NetlinkSource::Dump(Protocol protocol, const StateSet& states,
                                          SocketSink& sink) {
  std::optional<Refusal>& refusal = refusals_[Index(protocol)];
  if (refusal && clock_.Now() < refusal->until) return tl::unexpected(refusal->error);
  refusal.reset();
  DumpResult<DumpStats> stats = DumpTables(protocol, states, sink);
  if (!stats && stats.error().reason == DumpErrorReason::kUnsupported) {
    refusal = Refusal{stats.error(), clock_.Now() + kRefusalMemory};
  }
  return stats;
}

DumpResult<DumpStats> NetlinkSource::DumpTables(Protocol protocol, const StateSet& states,
                                                SocketSink& sink) {
  if (protocol == Protocol::kUdp) return DumpUdp(states, sink);
  return WalkOnce(protocol, TcpDumpRequest(states, ++sequence_), sink);
}

DumpResult<DumpStats> NetlinkSource::DumpUdp(const StateSet& states, SocketSink& sink) {
  DumpStats total;
  for (const SocketState state : {SocketState::kUnconnected, SocketState::kEstablished}) {
    if (!states.Contains(state)) continue;
    for (const Family family : kFamilies) {
      DumpResult<DumpStats> walk =
          WalkOnce(Protocol::kUdp, UdpDumpRequest(family, StateSet{state}, ++sequence_), sink);
      if (!walk) return walk;
      total.sockets += walk->sockets;
      total.bytes += walk->bytes;
    }
  }
  return total;
}

DumpResult<DumpStats> NetlinkSource::WalkOnce(Protocol protocol, const DumpRequest& request,
                                              SocketSink& sink) {
  const auto transport = open_();
  if (!transport) return tl::unexpected(SockDiagOpenError(transport.error()));
  InetDiagDecoder decoder(protocol, sink);
  const DumpResult<WalkStats> walk = Walk(**transport, request, *buffer_, decoder);
  if (!walk) return tl::unexpected(WithMissingModule(protocol, walk.error()));
  return DumpStats{walk->records, walk->bytes};
}

}  // namespace sockdiag
