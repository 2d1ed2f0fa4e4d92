#include "tests/support/figures.h"

#include <gtest/gtest.h>

#include "sockets/watch/watch_figures.h"

namespace sockdiag::testing {

Figures FiguresOf(const Samples& samples, const std::string& metric) {
  Figures figures;
  for (const prometheus::MetricFamily& family : samples.families()) {
    if (family.name != metric) continue;
    for (const prometheus::ClientMetric& sample : family.metric) {
      std::string key;
      for (const Samples::Label& label : sample.label) {
        key += (key.empty() ? "" : " ") + label.value;
      }
      const double value = family.type == kCounter ? sample.counter.value : sample.gauge.value;
      EXPECT_TRUE(figures.emplace(key, value).second) << metric << " has two of " << key;
    }
  }
  return figures;
}

Figures FiguresOf(const Samples& samples, const Metric& metric) {
  return FiguresOf(samples, std::string(metric.name));
}

Figures NonZero(Figures figures) {
  std::erase_if(figures, [](const auto& entry) { return entry.second == 0; });
  return figures;
}

double SumOf(const Samples& samples, const Metric& metric, const std::string& first_label) {
  double sum = 0;
  samples.ForEach(metric, [&](double value, std::span<const Samples::Label> labels) {
    if (first_label.empty() || labels.front().value == first_label) sum += value;
  });
  return sum;
}

double ValueOf(const Samples& samples, const std::string& metric, const std::string& labels) {
  const Figures figures = FiguresOf(samples, metric);
  const auto found = figures.find(labels);
  if (found != figures.end()) return found->second;
  ADD_FAILURE() << metric << " has no sample of \"" << labels << "\"";
  return 0;
}

double ValueOf(const Samples& samples, const Metric& metric, const std::string& labels) {
  return ValueOf(samples, std::string(metric.name), labels);
}

WatchedFigures WatchedOf(const Samples& samples, const std::string& service, Direction direction,
                         SocketState state) {
  const std::string labels =
      service + " " + std::string(Name(direction)) + " " + std::string(Name(state));
  using Watch = WatchFiguresByName;
  return {.stuck = ValueOf(samples, Watch::kStuckSockets, labels),
          .oldest_age_seconds = ValueOf(samples, Watch::kOldestSocketAge, labels),
          .entries = ValueOf(samples, Watch::kStateEntries, labels),
          .peak = ValueOf(samples, Watch::kSocketsPeak, labels)};
}

}  // namespace sockdiag::testing
