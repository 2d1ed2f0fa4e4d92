#pragma once

#include <optional>

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

}  // namespace sockdiag
