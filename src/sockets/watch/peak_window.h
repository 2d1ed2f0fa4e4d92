#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "base/clock.h"
#include "sockets/watch/state_tracker.h"

namespace sockdiag {

/// The counts of the passes of some time back. Passes that are closer to each other than 1/kSlots
/// of the window share a slot, which keeps the higher count of each key, so memory is bounded
/// whatever the interval of the passes.
class PeakWindow {
 public:
  static constexpr std::size_t kSlots = 240;

  explicit PeakWindow(Clock::Duration window) : window_(window) {}

  /// When it throws, for want of memory, nothing has changed.
  void Add(const WatchPass& pass);

  /// From now on so far back; 0: nothing is kept.
  void SetWindow(Clock::Duration window) { window_ = window; }

  struct Slot {
    Clock::TimePoint first;
    Clock::TimePoint last;
    std::map<WatchKey, std::uint64_t> sockets;
  };
  /// Those with a pass in the window before `now`, and always the newest one that is kept.
  [[nodiscard]] std::deque<Slot> Slots(Clock::TimePoint now) const;

 private:
  void Forget(Clock::TimePoint now);

  Clock::Duration window_;
  std::deque<Slot> slots_;
};

}  // namespace sockdiag
