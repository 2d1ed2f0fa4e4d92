#include "metrics/samples.h"

#include <algorithm>
#include <iterator>
#include <numeric>

namespace sockdiag {

std::optional<std::size_t> Samples::PlaceOf(const Metric& metric) const {
  const auto found = std::find(metrics_.begin(), metrics_.end(), &metric);
  if (found == metrics_.end()) return std::nullopt;
  return static_cast<std::size_t>(std::distance(metrics_.begin(), found));
}

prometheus::ClientMetric& Samples::NewSample(const Metric& metric) {
  if (const auto place = PlaceOf(metric)) return families_[*place].metric.emplace_back();
  metrics_.push_back(&metric);
  prometheus::MetricFamily& family = families_.emplace_back();
  family.name = metric.name;
  family.help = metric.help;
  family.type = metric.type;
  return family.metric.emplace_back();
}

void Samples::Append(Samples&& other) {
  for (std::size_t i = 0; i < other.metrics_.size(); ++i) {
    const auto place = PlaceOf(*other.metrics_[i]);
    if (!place) {
      metrics_.push_back(other.metrics_[i]);
      families_.push_back(std::move(other.families_[i]));
      continue;
    }
    std::vector<prometheus::ClientMetric>& theirs = other.families_[i].metric;
    std::vector<prometheus::ClientMetric>& ours = families_[*place].metric;
    ours.insert(ours.end(), std::make_move_iterator(theirs.begin()),
                std::make_move_iterator(theirs.end()));
  }
  other = Samples();
}

void Samples::Sort(std::span<const Metric* const> order) {
  std::vector<std::size_t> places(metrics_.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto rank = [&](std::size_t place) {
    return std::distance(order.begin(), std::find(order.begin(), order.end(), metrics_[place]));
  };
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  std::vector<const Metric*> metrics;
  std::vector<prometheus::MetricFamily> families;
  for (const std::size_t place : places) {
    metrics.push_back(metrics_[place]);
    families.push_back(std::move(families_[place]));
  }
  metrics_ = std::move(metrics);
  families_ = std::move(families);
}

}  // namespace sockdiag
