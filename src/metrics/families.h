#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "app/reload_status.h"
#include "base/build_info.h"
#include "collectors/collection.h"
#include "collectors/process_stats.h"

namespace sockdiag {

/// Everything that one answer to a scrape is made of.
struct Exposition {
  Collection collection;
  ProcessStats process;
  BuildInfo build;
  ReloadStatuses reloads;
};

/// The families in AllMetrics()' order; one without samples is left out. Pure.
[[nodiscard]] std::vector<prometheus::MetricFamily> ToFamilies(const Exposition& exposition);

/// The families in Prometheus's text format 0.0.4.
[[nodiscard]] std::string ToText(const std::vector<prometheus::MetricFamily>& families);

}  // namespace sockdiag
