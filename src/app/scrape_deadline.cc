#include "app/scrape_deadline.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

namespace sockdiag {

std::chrono::milliseconds ScrapeTime(const http::Request& request) {
  constexpr double kMostSeconds = 120;
  constexpr double kWayBackSeconds = 0.5;
  const auto header = http::FindHeader(request, "X-Prometheus-Scrape-Timeout-Seconds");
  const std::string_view text = header.value_or("");
  double seconds = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (!whole || !std::isfinite(seconds) || seconds <= 0) return kDefaultScrapeTime;
  seconds = std::min(seconds, kMostSeconds);
  const std::chrono::duration<double> time(seconds - std::min(kWayBackSeconds, seconds / 2));
  return std::chrono::duration_cast<std::chrono::milliseconds>(time);
}

}  // namespace sockdiag
