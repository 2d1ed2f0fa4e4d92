#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/scrape.h"
#include "base/error.h"
#include "http/router.h"

namespace sockdiag {

/// What the pages are made of.
struct RouteSources {
  /// Must outlive the router.
  ScrapeService& scrapes;
  std::string telemetry_path;
  /// For /-/reload: what came of it, nothing when another one is under way. Empty: forbidden.
  std::function<std::optional<Result<void>>()> reload;
};

/// The exporter's pages.
[[nodiscard]] http::Router MakeRoutes(const RouteSources& sources);

}  // namespace sockdiag
