#include "metrics/samples.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <set>

namespace sockdiag {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

std::vector<std::string> ValuesOf(const ClientMetric& sample) {
  std::vector<std::string> values;
  for (const Samples::Label& label : sample.label) values.push_back(label.value);
  return values;
}

/// Whether two samples may have the same labels: surely so when they have, and otherwise hardly
/// ever. Comparing numbers is quick.
bool MayRepeat(const MetricFamily& family) {
  std::vector<std::size_t> hashes;
  hashes.reserve(family.metric.size());
  for (const ClientMetric& sample : family.metric) {
    std::size_t hash = 0;
    for (const Samples::Label& label : sample.label) {
      hash = hash * 31 + std::hash<std::string>()(label.value);
    }
    hashes.push_back(hash);
  }
  std::sort(hashes.begin(), hashes.end());
  return std::adjacent_find(hashes.begin(), hashes.end()) != hashes.end();
}

std::string Describe(const MetricFamily& family, const std::vector<std::string>& values) {
  std::string text = family.name;
  for (const std::string& value : values) text += (&value == &values[0] ? " of " : ", ") + value;
  return text;
}

}  // namespace

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

std::string Samples::TakeAwayRepeated() {
  std::string first;
  for (MetricFamily& family : families_) {
    if (!MayRepeat(family)) continue;
    std::set<std::vector<std::string>> seen;
    std::erase_if(family.metric, [&](const ClientMetric& sample) {
      const std::vector<std::string> values = ValuesOf(sample);
      if (seen.insert(values).second) return false;
      if (first.empty()) first = Describe(family, values);
      return true;
    });
  }
  return first;
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
