#pragma once

#include <cstdint>

#include "base/clock.h"
#include "metrics/samples.h"
#include "model/protocol.h"
#include "sockets/naming/port_ranks.h"
#include "sockets/naming/shown_ports.h"
#include "sockets/naming/shown_services.h"

namespace sockdiag {

/// How the tallies of one dump are shown: under which names, and where the samples go.
struct Showing {
  Protocol protocol;
  /// Has settled for this collection.
  const ShownServices& services;
  /// Of the protocol; who has a place among them is decided by the tally that counts ports.
  ShownPorts& ports;
  const PortRanks& ranks;
  Clock::TimePoint now;
  Samples& samples;
  /// Whether the dump told backlogs and limits of buffers.
  bool has_limits = true;
  /// Whether it told what was dropped, and what receive buffers hold.
  bool has_drops = true;
  /// Ports that have sockets and no place.
  std::uint64_t folded_ports = 0;
};

}  // namespace sockdiag
