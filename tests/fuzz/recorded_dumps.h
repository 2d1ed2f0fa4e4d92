#pragma once

#include <cstddef>
#include <span>

#include "sockets/source/inet_diag_request.h"
#include "sockets/source/socket_source.h"

namespace sockdiag::fuzz {

/// Plays datagrams as a kernel's answers: each walk takes on from where the one before ended, and
/// finds silence when there are none left. A datagram is two bytes of length, the lower one first,
/// and its bytes; the last may be short. A walk takes the port id and the sequence of its first
/// message for its own, so recordings fit as they are.
class RecordedDumps final : public SocketSource {
 public:
  explicit RecordedDumps(std::span<const std::byte> datagrams) : rest_(datagrams) {}

  /// The same walks as NetlinkSource::Dump().
  [[nodiscard]] DumpResult<DumpStats> Dump(Protocol protocol, const WantedSockets& wanted,
                                           SocketSink& sink) override;

  [[nodiscard]] bool AreAtEnd() const { return rest_.empty(); }

 private:
  [[nodiscard]] DumpResult<DumpStats> Walk(Protocol protocol, DumpRequest request,
                                           WantedAttributes attributes, SocketSink& sink);
  [[nodiscard]] std::span<const std::byte> TakeDatagram();

  std::span<const std::byte> rest_;
};

}  // namespace sockdiag::fuzz
