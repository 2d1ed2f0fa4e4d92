#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "findings/figure_history.h"
#include "findings/finding.h"
#include "metrics/samples.h"

namespace sockdiag {

/// What a look at a host's sockets finds.
struct WhatIsWrong {
  /// Whether TCP sockets are collected, and could be read: else that nothing was found means
  /// nothing.
  bool is_collected = false;
  bool is_known = false;
  /// As FindWhatIsWrong().
  std::vector<Finding> findings;
  /// How long figures have been remembered; zero for who looked once.
  std::chrono::seconds watched_for{0};
};

/// The findings of one collection after the other, with what is remembered for them. Any thread may
/// use it.
class FindingsMemory {
 public:
  using WallClock = std::function<std::chrono::system_clock::time_point()>;

  /// The clock must outlive this.
  explicit FindingsMemory(
      const Clock& clock, WallClock wall_clock = [] { return std::chrono::system_clock::now(); })
      : clock_(clock), wall_clock_(std::move(wall_clock)) {}

  /// Remembers a collection, at most one a minute: a look at them costs more than it tells.
  void Note(const Samples& samples);
  [[nodiscard]] WhatIsWrong Find(const Samples& samples);

 private:
  const Clock& clock_;
  const WallClock wall_clock_;
  std::mutex mutex_;
  std::optional<Clock::TimePoint> first_note_;
  std::optional<Clock::TimePoint> last_note_;
  FigureHistory history_;
};

}  // namespace sockdiag
