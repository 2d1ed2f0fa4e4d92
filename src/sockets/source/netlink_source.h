#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "netlink/transport.h"
#include "netlink/walk.h"
#include "sockets/source/inet_diag_codec.h"
#include "sockets/source/inet_diag_request.h"
#include "sockets/source/sock_diag.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// Socket tables from the kernel. TCP is one walk for both families, or two where the listeners'
/// memory is wanted: first of these, then of all others; UDP is a walk per family, first of the
/// unconnected sockets, because direction is decided from them. Each walk has a
/// netlink socket of its own, since closing it is the only way to end a dump before its end.
class NetlinkSource final : public SocketSource {
 public:
  /// The clock must outlive the source. `is_loaded`: as IsModuleLoaded(). `is_used_again`: then a
  /// refusal's message says when the kernel is asked again. `remembers_denials`: sock_diag that is
  /// denied is not asked for again so soon either; for who has another source meanwhile.
  NetlinkSource(NetlinkTransportFactory open, const Clock& clock,
                std::function<bool(const std::string&)> is_loaded = IsModuleLoaded,
                bool is_used_again = true, bool remembers_denials = false);

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override;

  /// How long a protocol that the kernel does not support is not asked for again, unless its module
  /// is loaded meanwhile: at each attempt the kernel would start modprobe.
  static constexpr std::chrono::minutes kRefusalMemory{5};

 private:
  struct Refusal {
    DumpError error;
    Clock::TimePoint until;
    /// What the module's loading would mend; empty when there is no such module, or it was loaded
    /// when the kernel refused.
    std::string missing_module;
  };

  [[nodiscard]] bool IsRemembered(const DumpError& error) const;
  [[nodiscard]] Refusal MakeRefusal(Protocol protocol, const DumpError& error) const;
  [[nodiscard]] bool IsOver(const Refusal& refusal) const;

  [[nodiscard]] DumpResult<DumpStats> DumpTables(Protocol protocol, const WantedSockets& wanted,
                                                 SocketSink& sink);
  [[nodiscard]] DumpResult<DumpStats> DumpUdp(const WantedSockets& wanted, SocketSink& sink);
  [[nodiscard]] DumpResult<DumpStats> WalkOnce(Protocol protocol, const DumpRequest& request,
                                               InetDiagDecoder& decoder);

  NetlinkTransportFactory open_;
  const Clock& clock_;
  const std::function<bool(const std::string&)> is_loaded_;
  const bool is_used_again_;
  const bool remembers_denials_;
  std::unique_ptr<DumpBuffer> buffer_ = std::make_unique<DumpBuffer>();
  std::uint32_t sequence_ = 0;
  std::array<std::optional<Refusal>, kProtocols.size()> refusals_;
};

}  // namespace sockdiag
