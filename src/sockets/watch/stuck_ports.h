#pragma once

#include <array>

#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/state_set.h"
#include "sockets/naming/shown_ports.h"
#include "sockets/watch/state_tracker.h"

namespace sockdiag {

/// The stuck sockets of a pass by port, for the ports that have a place.
struct StuckPorts {
  static constexpr Metric kStuckSockets{
      "sockdiag_port_stuck_sockets",
      kGauge,
      {"port", "direction", "state"},
      "TCP sockets by service port that are longer in this state than stuck_after allows."};
  static constexpr std::array kMetrics{&kStuckSockets};

  /// In the states that are watched. Those of ports without a place are under `other`; a port is
  /// shown, at 0, for as long as ShownPorts retains it. After the tally that counts ports.
  static void Show(const WatchPass& pass, StateSet states, ShownPorts& ports, Clock::TimePoint now,
                   Samples& samples);
};

}  // namespace sockdiag
