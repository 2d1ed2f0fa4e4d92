#pragma once

#include <map>
#include <string>

#include "metrics/samples.h"
#include "model/direction.h"
#include "model/socket_state.h"

namespace sockdiag::testing {

/// Values by the values of their labels, with blanks between: `tcp web inbound established`.
using Figures = std::map<std::string, double>;

/// All samples of a metric; no two have the same labels.
[[nodiscard]] Figures FiguresOf(const Samples& samples, const Metric& metric);
/// Those that are not 0, so that comparing two of them compares the whole.
[[nodiscard]] Figures NonZero(Figures figures);
/// The sum of those whose first label, or any label when it is empty, has this value.
[[nodiscard]] double SumOf(const Samples& samples, const Metric& metric,
                           const std::string& first_label = "");
/// One of them; a failure when there is none. By the metric's name where it is declared beside its
/// code alone.
[[nodiscard]] double ValueOf(const Samples& samples, const Metric& metric,
                             const std::string& labels = "");

[[nodiscard]] Figures FiguresOf(const Samples& samples, const std::string& metric);
[[nodiscard]] double ValueOf(const Samples& samples, const std::string& metric,
                             const std::string& labels = "");

/// What the watch shows of one service in one state.
struct WatchedFigures {
  double stuck = 0;
  double oldest_age_seconds = 0;
  double entries = 0;
  double peak = 0;
};
[[nodiscard]] WatchedFigures WatchedOf(const Samples& samples, const std::string& service,
                                       Direction direction, SocketState state);

}  // namespace sockdiag::testing
