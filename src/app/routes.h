#pragma once

#include <functional>
#include <string>

#include "app/scrape.h"
#include "base/error.h"
#include "http/router.h"

namespace sockdiag {

/// What the pages are made of.
struct RouteSources {
  /// Must outlive the router.
  ScrapeService& scrapes;
  const Clock& clock;
  std::string telemetry_path;
  /// Answers /-/reload; empty: that is forbidden.
  std::function<Result<void>()> reload;
};

/// The exporter's pages.
[[nodiscard]] http::Router MakeRoutes(const RouteSources& sources);

}  // namespace sockdiag
