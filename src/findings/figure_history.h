#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "base/clock.h"

namespace sockdiag {

/// How some figures went within the last hour: a point a minute. One thread at a time.
class FigureHistory {
 public:
  static constexpr std::size_t kMaxFigures = 256;
  static constexpr std::size_t kMaxPoints = 60;
  static constexpr std::chrono::minutes kStep{1};

  struct Point {
    Clock::TimePoint at;
    double value;
  };
  using Points = std::deque<Point>;

  /// What they are now, by names; one that is not there is 0. Where there are more than places, the
  /// largest newcomers get those that are free.
  void Add(const std::map<std::string, double>& figures, Clock::TimePoint now);

  /// The oldest first; empty of what is not known.
  [[nodiscard]] const Points& Of(const std::string& figure) const;
  /// Since when it is at least `least` without a break; nothing when it was not at the last point.
  [[nodiscard]] std::optional<Clock::TimePoint> Since(const std::string& figure,
                                                      double least) const;
  /// How much more there is than at the start of the last `window`, or since it is known; 0 of what
  /// is not known.
  [[nodiscard]] double GrowthWithin(const std::string& figure, std::chrono::minutes window) const;
  /// The same a minute; nothing before half of the window is known.
  [[nodiscard]] std::optional<double> GrowthPerMinute(const std::string& figure,
                                                      std::chrono::minutes window) const;

 private:
  /// The first one of the last `window`; there must be points.
  [[nodiscard]] static const Point& FirstWithin(const Points& points, std::chrono::minutes window);

  std::map<std::string, Points> points_;
  /// When figures were last added: what was not among them was 0 then.
  std::optional<Clock::TimePoint> last_add_;
};

}  // namespace sockdiag
