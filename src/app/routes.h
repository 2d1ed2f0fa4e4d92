#pragma once

#include <string>

#include "app/scrape.h"
#include "http/router.h"

namespace sockdiag {

/// The exporter's pages. `scrapes` must outlive the router.
[[nodiscard]] http::Router MakeRoutes(ScrapeService& scrapes, const std::string& telemetry_path);

}  // namespace sockdiag
