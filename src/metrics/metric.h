#pragma once

#include <prometheus/metric_type.h>

#include <array>
#include <string_view>

namespace sockdiag {

inline constexpr auto kGauge = prometheus::MetricType::Gauge;
inline constexpr auto kCounter = prometheus::MetricType::Counter;

/// What a metric is. It stands once, beside the code that fills it; its address is its identity.
struct Metric {
  std::string_view name;
  prometheus::MetricType type;
  /// In the order in which values are given; unused places are empty.
  std::array<std::string_view, 6> labels;
  /// One line without backslash, since prometheus-cpp does not escape it.
  std::string_view help;
};

}  // namespace sockdiag
