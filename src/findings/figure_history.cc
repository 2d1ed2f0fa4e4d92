#include "findings/figure_history.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace sockdiag {

void FigureHistory::Add(const std::map<std::string, double>& figures, Clock::TimePoint now) {
  for (auto& [name, points] : points_) {
    const auto figure = figures.find(name);
    const double value = figure == figures.end() ? 0 : figure->second;
    if (now - points.back().at < kStep) continue;
    points.push_back({now, value});
    if (points.size() > kMaxPoints) points.pop_front();
  }
  std::erase_if(points_, [](const auto& entry) {
    return std::ranges::all_of(entry.second, [](const Point& point) { return point.value == 0; });
  });
  std::vector<std::pair<double, std::string>> newcomers;
  for (const auto& [name, value] : figures) {
    if (value != 0 && !points_.contains(name)) newcomers.emplace_back(value, name);
  }
  std::ranges::sort(newcomers, std::ranges::greater());
  for (const auto& [value, name] : newcomers) {
    if (points_.size() >= kMaxFigures) break;
    Points& points = points_[name];
    if (last_add_) points.push_back({*last_add_, 0});
    points.push_back({now, value});
  }
  last_add_ = now;
}

const FigureHistory::Points& FigureHistory::Of(const std::string& figure) const {
  static const Points kNone;
  const auto found = points_.find(figure);
  return found == points_.end() ? kNone : found->second;
}

std::optional<Clock::TimePoint> FigureHistory::Since(const std::string& figure,
                                                     double least) const {
  std::optional<Clock::TimePoint> since;
  const Points& points = Of(figure);
  for (auto point = points.rbegin(); point != points.rend() && point->value >= least; ++point) {
    since = point->at;
  }
  return since;
}

const FigureHistory::Point& FigureHistory::FirstWithin(const Points& points,
                                                       std::chrono::minutes window) {
  const Clock::TimePoint now = points.back().at;
  return *std::ranges::find_if(points,
                               [&](const Point& point) { return now - point.at <= window; });
}

double FigureHistory::GrowthWithin(const std::string& figure, std::chrono::minutes window) const {
  const Points& points = Of(figure);
  return points.empty() ? 0 : points.back().value - FirstWithin(points, window).value;
}

std::optional<double> FigureHistory::GrowthPerMinute(const std::string& figure,
                                                     std::chrono::minutes window) const {
  const Points& points = Of(figure);
  if (points.empty()) return std::nullopt;
  const std::chrono::duration<double, std::ratio<60>> time =
      points.back().at - FirstWithin(points, window).at;
  if (time < window / 2.0) return std::nullopt;
  return GrowthWithin(figure, window) / time.count();
}

}  // namespace sockdiag
