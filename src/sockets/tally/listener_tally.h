#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include "metrics/metric.h"
#include "model/port.h"
#include "model/socket_record.h"
#include "sockets/naming/classifier.h"
#include "sockets/tally/showing.h"

namespace sockdiag {

/// The listening sockets by port and service, and the connections that wait for accept() there.
class ListenerTally {
 public:
  static constexpr Metric kListeners{
      "sockdiag_listeners",
      kGauge,
      {"protocol", "port", "service_name"},
      "Listening TCP sockets and unconnected UDP sockets; several share a port with SO_REUSEPORT."};
  static constexpr Metric kQueueLength{
      "sockdiag_listen_queue_length",
      kGauge,
      {"port", "service_name"},
      "TCP connections that wait for accept(), over the port's listeners."};
  static constexpr Metric kQueueLimit{"sockdiag_listen_queue_limit",
                                      kGauge,
                                      {"port", "service_name"},
                                      "Backlog of the port's TCP listeners, summed."};
  static constexpr Metric kSaturation{"sockdiag_listen_queue_saturation_ratio",
                                      kGauge,
                                      {"port", "service_name"},
                                      "Length / limit of the port's fullest TCP listener; above 1, "
                                      "and at 1 with a backlog of 0, new "
                                      "connections are dropped."};
  static constexpr Metric kReceiveBuffer{
      "sockdiag_udp_receive_buffer_bytes",
      kGauge,
      {"port", "service_name"},
      "Memory of the datagrams that wait to be read, over the port's unconnected UDP sockets."};
  static constexpr Metric kReceiveBufferLimit{
      "sockdiag_udp_receive_buffer_limit_bytes",
      kGauge,
      {"port", "service_name"},
      "Beyond which such a socket drops datagrams (SO_RCVBUF), summed."};
  static constexpr std::array kMetrics{&kListeners,  &kQueueLength,   &kQueueLimit,
                                       &kSaturation, &kReceiveBuffer, &kReceiveBufferLimit};

  void Add(const SocketRecord& record, const Classification& classification) {
    if (IsListening(record)) AddListener(record, classification);
  }
  void Merge(const ListenerTally& other) {
    for (const auto& [key, totals] : other.listeners_) listeners_[key] += totals;
  }
  /// After the tally that counts ports.
  void Show(Showing& showing) const;

 private:
  struct Totals {
    std::uint64_t listeners = 0;
    /// Connections that wait for accept(), and the backlogs; sums.
    std::uint64_t queue_length = 0;
    std::uint64_t queue_limit = 0;
    /// Sums, too.
    std::uint64_t receive_buffer_bytes = 0;
    std::uint64_t receive_buffer_limit_bytes = 0;
    /// The fullest listener's length / limit.
    double saturation = 0;

    Totals& operator+=(const Totals& other) {
      listeners += other.listeners;
      queue_length += other.queue_length;
      queue_limit += other.queue_limit;
      receive_buffer_bytes += other.receive_buffer_bytes;
      receive_buffer_limit_bytes += other.receive_buffer_limit_bytes;
      saturation = std::max(saturation, other.saturation);
      return *this;
    }
  };

  void AddListener(const SocketRecord& record, const Classification& classification);

  std::map<std::pair<Port, ServiceId>, Totals> listeners_;
};

}  // namespace sockdiag
