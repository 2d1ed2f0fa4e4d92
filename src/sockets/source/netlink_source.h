#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "netlink/transport.h"
#include "netlink/walk.h"
#include "sockets/source/inet_diag_codec.h"
#include "sockets/source/inet_diag_request.h"
#include "sockets/source/refusals.h"
#include "sockets/source/sock_diag.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// Socket tables from the kernel. TCP is one walk for both families, or two where the listeners'
/// memory is wanted: first of these, then of all others; UDP is a walk per family, first of the
/// unconnected sockets, because direction is decided from them. Each walk has a
/// netlink socket of its own, since closing it is the only way to end a dump before its end.
class NetlinkSource final : public SocketSource {
 public:
  /// The clock must outlive the source. `is_loaded` and `is_used_again`: see RefusalMemory.
  NetlinkSource(NetlinkTransportFactory open, const Clock& clock,
                std::function<bool(const std::string&)> is_loaded = IsModuleLoaded,
                bool is_used_again = true);
  /// With those of other sources together.
  NetlinkSource(NetlinkTransportFactory open, std::shared_ptr<Refusals> refusals)
      : open_(std::move(open)), refusals_(std::move(refusals)) {}

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override;

 private:
  [[nodiscard]] DumpResult<DumpStats> DumpTables(Protocol protocol, const WantedSockets& wanted,
                                                 SocketSink& sink);
  [[nodiscard]] DumpResult<DumpStats> DumpUdp(const WantedSockets& wanted, SocketSink& sink);
  [[nodiscard]] DumpResult<DumpStats> WalkOnce(Protocol protocol, const DumpRequest& request,
                                               InetDiagDecoder& decoder);

  NetlinkTransportFactory open_;
  const std::shared_ptr<Refusals> refusals_;
  std::unique_ptr<DumpBuffer> buffer_ = std::make_unique<DumpBuffer>();
  std::uint32_t sequence_ = 0;
};

}  // namespace sockdiag
