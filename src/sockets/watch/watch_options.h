#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "model/socket_state.h"
#include "model/state_set.h"

namespace sockdiag {

/// What is watched of TCP sockets, and how much memory that may take.
struct WatchOptions {
  StateSet states;
  /// By SocketState: a socket longer than this in the state is stuck.
  std::array<std::chrono::milliseconds, kSocketStateCount> stuck_after{};
  /// Sockets whose age is known; the others are counted all the same.
  std::size_t max_tracked_sockets = 200'000;
  /// How far back a peak is remembered.
  std::chrono::milliseconds peak_window = std::chrono::minutes(1);
};

}  // namespace sockdiag
