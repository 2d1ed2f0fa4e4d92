#include "metrics/json.h"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace sockdiag {
namespace {

using Json = nlohmann::ordered_json;

/// A whole number without a point, as it is counted.
Json Number(double value) {
  constexpr double kMostExact = 9007199254740992;  // 2^53
  const bool is_whole = std::abs(value) <= kMostExact && std::trunc(value) == value;
  return is_whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

Json Sample(const prometheus::ClientMetric& sample, prometheus::MetricType type) {
  Json labels = Json::object();
  for (const Samples::Label& label : sample.label) labels[label.name] = label.value;
  const double value = type == kCounter ? sample.counter.value : sample.gauge.value;
  return {{"labels", std::move(labels)}, {"value", Number(value)}};
}

Json Family(const prometheus::MetricFamily& family) {
  Json samples = Json::array();
  for (const prometheus::ClientMetric& sample : family.metric) {
    samples.push_back(Sample(sample, family.type));
  }
  return {{"name", family.name},
          {"help", family.help},
          {"type", family.type == kCounter ? "counter" : "gauge"},
          {"metrics", std::move(samples)}};
}

}  // namespace

std::string ToJson(const Samples& samples) {
  Json document = Json::array();
  for (const prometheus::MetricFamily& family : samples.families()) {
    document.push_back(Family(family));
  }
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace sockdiag
