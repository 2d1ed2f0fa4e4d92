#include "sockets/source/netlink_source.h"

#include <cerrno>
#include <span>
#include <utility>

#include "base/error.h"
#include "netlink/dump_reader.h"

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
  return Walk(TcpDumpRequest(states, ++sequence_), sink);
}

DumpResult<DumpStats> NetlinkSource::DumpUdp(const StateSet& states, SocketSink& sink) {
  DumpStats total;
  for (const SocketState state : {SocketState::kUnconnected, SocketState::kEstablished}) {
    if (!states.Contains(state)) continue;
    for (const Family family : kFamilies) {
      DumpResult<DumpStats> walk = Walk(UdpDumpRequest(family, StateSet{state}, ++sequence_), sink);
      if (!walk) return walk;
      total.sockets += walk->sockets;
      total.bytes += walk->bytes;
    }
  }
  return total;
}

DumpResult<DumpStats> NetlinkSource::Walk(const DumpRequest& request, SocketSink& sink) {
  const auto transport = open_();
  if (!transport) return tl::unexpected(DumpErrorFromOpen(transport.error()));
  const auto sent = (*transport)->Send(request.Bytes());
  if (!sent) {
    return FailDump(DumpErrorReason::kSend,
                    ErrnoMessage("cannot send the dump request", sent.error()));
  }
  DumpReader reader(request, (*transport)->port_id(), sink);
  while (true) {
    const auto size = (*transport)->Receive(*buffer_);
    if (!size && size.error() == EINTR) continue;
    if (!size) return tl::unexpected(DumpErrorFromReceive(size.error()));
    const auto progress = reader.Read(std::span<const std::byte>(*buffer_).first(*size));
    if (!progress) return tl::unexpected(progress.error());
    if (*progress == DumpReader::Progress::kDone) return reader.stats();
  }
}

}  // namespace sockdiag
