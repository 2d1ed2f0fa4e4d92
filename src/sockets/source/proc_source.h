#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "base/file.h"
#include "sockets/source/read_limit.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// Socket tables from /proc/thread-self/net/{tcp,tcp6,udp,udp6}, of the network namespace of the
/// calling thread, where sock_diag is not to be had. Every socket is read whatever is wanted, and
/// what of it the kernel does not write there is missing; see DecodeProcLine() and SourceKind.
///
/// TCP is read once, in a time that grows with the sockets; that of UDP grows with the square, so
/// that it has a limit.
class ProcSource final : public SocketSource {
 public:
  static constexpr std::chrono::seconds kUdpLimit{1};

  explicit ProcSource(ProcReading reading)
      : root_(std::move(reading.root)), udp_limit_(reading, kUdpLimit) {}

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override;

 private:
  using Visit = std::function<DumpResult<void>(const SocketRecord&)>;

  [[nodiscard]] DumpResult<DumpStats> DumpTcp(StateSet states, SocketSink& sink) const;
  [[nodiscard]] DumpResult<DumpStats> DumpUdp(StateSet states, const ReadCheck& check,
                                              SocketSink& sink) const;
  [[nodiscard]] std::string Path(Protocol protocol, Family family) const;
  /// All sockets of one table; adds the bytes of its lines. There need not be one for IPv6.
  [[nodiscard]] DumpResult<void> VisitTable(Protocol protocol, Family family, const Visit& visit,
                                            DumpStats& stats, const ReadCheck& check = {}) const;

  const std::string root_;
  ReadLimit udp_limit_;
};

}  // namespace sockdiag
