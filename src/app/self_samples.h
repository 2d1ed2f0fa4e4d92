#pragma once

#include <array>
#include <optional>

#include "base/build_info.h"
#include "metrics/metric.h"
#include "metrics/samples.h"

namespace sockdiag {

/// How the last attempt to read a configuration went.
struct ReloadStatus {
  bool successful = true;
  /// Unix time of the last good one.
  double last_success_seconds = 0;
};

struct ReloadStatuses {
  ReloadStatus config;
  /// Absent without a web configuration.
  std::optional<ReloadStatus> web_config;
};

/// What this program tells of itself, besides what its collectors find.
struct SelfSamples {
  static constexpr Metric kConfigSuccessful{
      "sockdiag_config_last_reload_successful",
      kGauge,
      {},
      "1 when the last attempt to load the configuration succeeded, else 0."};
  static constexpr Metric kConfigSuccessTime{
      "sockdiag_config_last_reload_success_timestamp_seconds",
      kGauge,
      {},
      "Unix time at which the configuration in force was loaded."};
  static constexpr Metric kWebConfigSuccessful{
      "sockdiag_web_config_last_reload_successful",
      kGauge,
      {},
      "1 when the web configuration and its files were good when last read, else 0."};
  static constexpr Metric kWebConfigSuccessTime{
      "sockdiag_web_config_last_reload_success_timestamp_seconds",
      kGauge,
      {},
      "Unix time at which the web configuration in force was read."};
  static constexpr Metric kBuildInfo{"sockdiag_build_info",
                                     kGauge,
                                     {"version", "revision", "compiler"},
                                     "Always 1; the labels say which build this is."};
  static constexpr std::array kMetrics{&kConfigSuccessful, &kConfigSuccessTime,
                                       &kWebConfigSuccessful, &kWebConfigSuccessTime, &kBuildInfo};

  static void Show(const ReloadStatuses& reloads, const BuildInfo& build, Samples& samples);
};

}  // namespace sockdiag
