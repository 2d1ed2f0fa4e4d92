#pragma once

#include <chrono>

#include "http/message.h"

namespace sockdiag {

/// How long a scrape may take when the client does not say.
constexpr std::chrono::seconds kDefaultScrapeTime{30};

/// How long the collection for this request may take: the seconds in
/// X-Prometheus-Scrape-Timeout-Seconds, less half a second for the way back (less half of it when
/// it is below one second), and two minutes at most, since it keeps one of the places for requests.
/// A header that says nothing usable counts as absent.
[[nodiscard]] std::chrono::milliseconds ScrapeTime(const http::Request& request);

}  // namespace sockdiag
