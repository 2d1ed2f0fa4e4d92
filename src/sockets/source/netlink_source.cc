#include "sockets/source/netlink_source.h"

#include <utility>

namespace sockdiag {

NetlinkSource::NetlinkSource(NetlinkTransportFactory open, const Clock& clock,
                             std::function<bool(const std::string&)> is_loaded, bool is_used_again)
    : NetlinkSource(
          std::move(open),
          std::make_shared<Refusals>(
              clock, Refusals::Options{.memory = {std::move(is_loaded), is_used_again}})) {}

DumpResult<DumpStats> NetlinkSource::Dump(Protocol protocol, const WantedSockets& wanted,
                                          SocketSink& sink) {
  if (const auto refusal = refusals_->Find(protocol)) return tl::unexpected(*refusal);
  return DumpTables(protocol, wanted, sink).map_error([&](const DumpError& error) {
    return refusals_->Note(protocol, error);
  });
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
  for (const StateSet states : wanted.states.SplitBy(SocketState::kUnconnected)) {
    if (states.IsEmpty()) continue;
    for (const Family family : kFamilies) {
      WantedSockets walked{states, wanted.attributes};
      walked.attributes.memory =
          wanted.attributes.memory && states.Contains(SocketState::kUnconnected);
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
