#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "sockets/tally/state_counts.h"

namespace sockdiag {

/// What one dump tells of one owner's sockets.
struct OwnerFigures {
  StateCounts<std::uint32_t> states;
  /// Of its fullest listener, length / limit; absent without one.
  std::optional<double> listen_queue_saturation;
  /// Ports towards its fullest destination as a share of all; absent without outbound sockets.
  std::optional<double> ephemeral_ports_saturation;

  void MeetListenQueue(double saturation) { Raise(listen_queue_saturation, saturation); }
  void MeetEphemeralPorts(double saturation) { Raise(ephemeral_ports_saturation, saturation); }
  OwnerFigures& operator+=(const OwnerFigures& other) {
    states += other.states;
    if (other.listen_queue_saturation) MeetListenQueue(*other.listen_queue_saturation);
    if (other.ephemeral_ports_saturation) MeetEphemeralPorts(*other.ephemeral_ports_saturation);
    return *this;
  }

  friend bool operator==(const OwnerFigures&, const OwnerFigures&) = default;

 private:
  static void Raise(std::optional<double>& most, double value) {
    most = std::max(most.value_or(value), value);
  }
};

}  // namespace sockdiag
