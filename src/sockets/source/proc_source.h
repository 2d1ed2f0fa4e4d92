#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "sockets/source/socket_source.h"

namespace sockdiag {

/// Socket tables from /proc/thread-self/net/{tcp,tcp6,udp,udp6}, of the network namespace of the
/// calling thread, where sock_diag is not to be had. Every socket is read whatever is wanted, and
/// what of it the kernel does not write there is missing; see DecodeProcLine() and SourceKind.
///
/// TCP is read once, in a time that grows with the sockets. The kernel looks through its UDP
/// sockets from the front at each read(2) of 4 KiB, so that theirs grows with the square: a dump
/// ends as an error after kUdpLimit.
class ProcSource final : public SocketSource {
 public:
  static constexpr std::chrono::seconds kUdpLimit{1};

  /// `root` stands for /proc. The clock must outlive this.
  explicit ProcSource(const Clock& clock, std::string root = "/proc")
      : clock_(clock), root_(std::move(root)) {}

  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override;

 private:
  using Visit = std::function<DumpResult<void>(const SocketRecord&)>;

  [[nodiscard]] DumpResult<DumpStats> DumpTcp(StateSet states, SocketSink& sink) const;
  [[nodiscard]] DumpResult<DumpStats> DumpUdp(StateSet states, SocketSink& sink) const;
  [[nodiscard]] std::string Path(Protocol protocol, Family family) const;
  /// All sockets of one table; adds the bytes of its lines. There need not be one for IPv6.
  [[nodiscard]] DumpResult<void> VisitTable(Protocol protocol, Family family, const Visit& visit,
                                            DumpStats& stats) const;

  const Clock& clock_;
  const std::string root_;
};

}  // namespace sockdiag
