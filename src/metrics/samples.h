#pragma once

#include <prometheus/client_metric.h>
#include <prometheus/metric_family.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "metrics/metric.h"

namespace sockdiag {

/// The samples of one moment, by metric: what collectors fill and what is rendered. A metric
/// without samples is not in it.
class Samples {
 public:
  using Label = prometheus::ClientMetric::Label;

  Samples() = default;
  /// Each sample that is added carries these labels, too, behind its own.
  explicit Samples(std::vector<Label> scope) : scope_(std::move(scope)) {}

  /// One value for each label of the metric, in its order. The metric must outlive the samples.
  template <typename Number, typename... LabelValues>
  void Add(const Metric& metric, Number value, const LabelValues&... label_values) {
    static_assert(sizeof...(LabelValues) <= std::tuple_size_v<decltype(Metric::labels)>);
    prometheus::ClientMetric& sample = NewSample(metric);
    sample.label.reserve(sizeof...(LabelValues) + scope_.size());
    std::size_t place = 0;
    (sample.label.push_back({std::string(metric.labels[place++]), std::string(label_values)}), ...);
    sample.label.insert(sample.label.end(), scope_.begin(), scope_.end());
    (metric.type == kCounter ? sample.counter.value : sample.gauge.value) =
        static_cast<double>(value);
  }

  /// Takes all samples of another over, each metric's behind those that are here.
  void Append(Samples&& other);
  /// Takes away each sample that has the labels of one before it: of a text with both Prometheus
  /// takes nothing. Says which one was the first, as `NAME of VALUE, VALUE`; empty when there is
  /// none.
  [[nodiscard]] std::string TakeAwayRepeated();
  /// Puts the metrics into the order of a list; those that it lacks come last.
  void Sort(std::span<const Metric* const> order);

  [[nodiscard]] bool Has(const Metric& metric) const { return PlaceOf(metric).has_value(); }

  /// Calls `visit(double value, std::span<const Label> labels)` for each sample of a metric.
  template <typename Visitor>
  void ForEach(const Metric& metric, Visitor&& visit) const {
    const std::optional<std::size_t> place = PlaceOf(metric);
    if (!place) return;
    for (const prometheus::ClientMetric& sample : families_[*place].metric) {
      visit(metric.type == kCounter ? sample.counter.value : sample.gauge.value,
            std::span<const Label>(sample.label));
    }
  }

  /// One for each metric that has samples, in the order in which they first came or were sorted.
  [[nodiscard]] const std::vector<prometheus::MetricFamily>& families() const { return families_; }

 private:
  [[nodiscard]] prometheus::ClientMetric& NewSample(const Metric& metric);
  /// In both of the vectors.
  [[nodiscard]] std::optional<std::size_t> PlaceOf(const Metric& metric) const;

  std::vector<Label> scope_;
  /// The two go side by side.
  std::vector<const Metric*> metrics_;
  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace sockdiag
