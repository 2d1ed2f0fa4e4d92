#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/protocol.h"
#include "sockets/naming/shown_ports.h"
#include "sockets/naming/shown_services.h"
#include "sockets/watch/drop_watch.h"

namespace sockdiag {

/// From the drops of one protocol to what is shown of them, by the listeners that have a place. One
/// thread at a time.
class DropsByPort {
 public:
  static constexpr Metric kListenDrops{
      "sockdiag_listen_drops_total",
      kCounter,
      {"port", "service_name"},
      "Connections that the port's TCP listeners dropped, for whatever reason; a lower bound."};
  static constexpr Metric kReceiveDrops{
      "sockdiag_udp_receive_drops_total",
      kCounter,
      {"port", "service_name"},
      "Datagrams that the port's unconnected UDP sockets dropped, as a rule for a full receive "
      "buffer; a lower bound."};
  static constexpr std::array kMetrics{&kListenDrops, &kReceiveDrops};

  /// Counts these drops and shows those of each row of listeners. When it throws, for want of
  /// memory, it has counted nothing.
  void Show(const Drops& drops, Protocol protocol, const ShownPorts& ports,
            const ShownServices& services, Samples& samples);
  /// Counts them and shows nothing.
  void Count(const Drops& drops, const ShownPorts& ports, const ShownServices& services);

 private:
  using Counts = std::map<ShownPorts::ListenerKey, std::uint64_t>;
  [[nodiscard]] Counts Counted(const Drops& drops, const ShownPorts& ports,
                               const ShownServices& services) const;

  /// Since the row was first shown.
  Counts counts_;
};

}  // namespace sockdiag
