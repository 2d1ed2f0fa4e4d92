#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <map>

#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/socket_record.h"
#include "sockets/naming/ephemeral_ports.h"
#include "sockets/tally/destination_sketch.h"

namespace sockdiag {

/// How near the host is to running out of ports for outgoing connections: adds up the outbound
/// sockets of one dump whose local port is one that the kernel may choose. A port that a socket is
/// only bound to is in no dump, and not among them.
///
/// Sockets to different destinations share a port, but not when it was taken by bind() before
/// connect(): then there are no more sockets than ports, and the ports run out for all
/// destinations at once.
class EphemeralPortsTally {
 public:
  static constexpr Metric kLimit{
      "sockdiag_ephemeral_ports_limit",
      kGauge,
      {},
      "Local ports for outgoing connections: ip_local_port_range less the reserved ports."};
  static constexpr Metric kUsed{
      "sockdiag_ephemeral_ports_used",
      kGauge,
      {},
      "Of these, distinct ones in use by outbound TCP sockets, TIME_WAIT included."};
  static constexpr Metric kSockets{
      "sockdiag_ephemeral_port_sockets",
      kGauge,
      {},
      "Outbound TCP sockets on these ports, TIME_WAIT included; one to a port when programs bind "
      "before they connect."};
  static constexpr Metric kMaxUsedPerDestination{
      "sockdiag_ephemeral_ports_max_used_per_destination",
      kGauge,
      {},
      "The most of them in use from one local address to one remote address and port."};
  static constexpr std::array kMetrics{&kLimit, &kUsed, &kSockets, &kMaxUsedPerDestination};

  explicit EphemeralPortsTally(const EphemeralPorts& ports);

  void AddOutbound(const SocketRecord& record, OwnerId owner = OwnerId::kUntold) {
    const std::size_t port = record.local.port.Value();
    if (!eligible_.test(port)) return;
    used_.set(port);
    ++sockets_;
    destinations_.Add(record.local.address, record.remote, owner);
  }
  void Show(Samples& samples) const;

  /// Of each owner that has such a socket the most ports that it uses from one local address to one
  /// destination, as a share of all there are; 0 when there are none.
  [[nodiscard]] std::map<OwnerId, double> SaturationByOwner() const;

 private:
  std::bitset<65536> eligible_;
  std::bitset<65536> used_;
  std::uint64_t sockets_ = 0;
  /// The most sockets from one local address to one remote address and port: each of them needs a
  /// port of its own.
  DestinationSketch destinations_;
};

}  // namespace sockdiag
