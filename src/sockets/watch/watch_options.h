#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "model/socket_state.h"
#include "model/state_set.h"

namespace sockdiag {

/// The states that a socket can be stuck in, each with how long it may be in it by default; in the
/// others sockets stay as long as they like.
struct WatchableState {
  SocketState state;
  std::chrono::milliseconds stuck_after;
};
inline constexpr std::array<WatchableState, 7> kWatchableStates{
    {{SocketState::kSynSent, std::chrono::seconds(5)},
     {SocketState::kSynRecv, std::chrono::seconds(5)},
     {SocketState::kFinWait1, std::chrono::seconds(60)},
     {SocketState::kFinWait2, std::chrono::seconds(60)},
     {SocketState::kCloseWait, std::chrono::seconds(60)},
     {SocketState::kLastAck, std::chrono::seconds(60)},
     {SocketState::kClosing, std::chrono::seconds(60)}}};

/// By SocketState: a socket longer than this in the state is stuck. Only those of watchable states
/// count.
using StuckAfter = std::array<std::chrono::milliseconds, kSocketStateCount>;

[[nodiscard]] constexpr StuckAfter DefaultStuckAfter() {
  StuckAfter stuck_after{};
  for (const WatchableState& watchable : kWatchableStates) {
    stuck_after[Index(watchable.state)] = watchable.stuck_after;
  }
  return stuck_after;
}

/// What is watched of TCP sockets, and how much memory that may take.
struct WatchOptions {
  StateSet states;
  StuckAfter stuck_after{};
  /// Sockets whose age is known; the others are counted all the same.
  std::size_t max_tracked_sockets = 200'000;
  /// How far back a peak is remembered; 0: not at all.
  std::chrono::milliseconds peak_window = std::chrono::minutes(1);
};

/// How often to sample, and what that may cost.
struct SamplerOptions {
  /// 0: never.
  std::chrono::milliseconds interval = std::chrono::seconds(5);
  /// Share of one core.
  double cpu_budget = 0.02;
};

}  // namespace sockdiag
