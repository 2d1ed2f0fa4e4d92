#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "base/build_info.h"
#include "collect/collection.h"
#include "collect/process_stats.h"
#include "exposition/reload_status.h"

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
