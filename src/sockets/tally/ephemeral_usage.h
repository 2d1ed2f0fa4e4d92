#pragma once

#include <bitset>
#include <cstdint>

#include "model/socket_record.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/tally/destination_sketch.h"

namespace sockdiag {

/// How near the host is to running out of ports for outgoing connections.
struct EphemeralTotals {
  /// Ports that the kernel may choose.
  std::uint64_t limit = 0;
  /// Of these, the distinct ones in use.
  std::uint64_t used = 0;
  /// The most sockets from one local address to one remote address and port: each of them needs a
  /// port of its own. See DestinationSketch for its error.
  std::uint64_t max_per_destination = 0;
};

/// Adds up the outbound sockets of one dump whose local port is one that the kernel may choose.
class EphemeralUsage {
 public:
  explicit EphemeralUsage(const EphemeralPorts& ports);

  void Add(const SocketRecord& outbound) {
    const std::size_t port = outbound.local.port.Value();
    if (!eligible_.test(port)) return;
    used_.set(port);
    destinations_.Add(outbound.local.address, outbound.remote);
  }

  [[nodiscard]] EphemeralTotals Totals() const {
    return {eligible_.count(), used_.count(), destinations_.Max()};
  }

 private:
  std::bitset<65536> eligible_;
  std::bitset<65536> used_;
  DestinationSketch destinations_;
};

}  // namespace sockdiag
