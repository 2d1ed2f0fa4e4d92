#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "metrics/metric.h"
#include "metrics/samples.h"
#include "model/state_set.h"
#include "sockets/naming/shown_services.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// From what the watch knows to what is shown of it, by the names that have a place. One thread at
/// a time.
class WatchFiguresByName {
 public:
  static constexpr Metric kStuckSockets{
      "sockdiag_service_stuck_sockets",
      kGauge,
      {"service_name", "direction", "state"},
      "TCP sockets that are longer in this state than stuck_after allows."};
  static constexpr Metric kOldestSocketAge{"sockdiag_service_oldest_socket_age_seconds",
                                           kGauge,
                                           {"service_name", "direction", "state"},
                                           "Age in this state of the oldest TCP socket, since it "
                                           "was first seen there or its peer was last "
                                           "heard; 0 without one."};
  static constexpr Metric kStateEntries{"sockdiag_service_state_entries_total",
                                        kCounter,
                                        {"service_name", "direction", "state"},
                                        "TCP sockets seen to come to this state."};
  static constexpr Metric kSocketsPeak{
      "sockdiag_service_sockets_peak",
      kGauge,
      {"service_name", "direction", "state"},
      "The most TCP sockets in this state at once, within peak_window."};
  static constexpr Metric kUntrackedSockets{
      "sockdiag_untracked_sockets",
      kGauge,
      {},
      "Watched TCP sockets whose age is unknown, beyond max_tracked_sockets."};
  static constexpr std::array kMetrics{&kStuckSockets, &kOldestSocketAge, &kStateEntries,
                                       &kSocketsPeak, &kUntrackedSockets};

  /// Counts what the report says of sockets that came to a state and, where there is a whole pass,
  /// shows its figures for each row of the protocol in the watched states. When it throws, for want
  /// of memory, it has counted nothing.
  void Show(const WatchReport& report, StateSet states, Protocol protocol,
            const ShownServices& services, Samples& samples);
  /// Counts it and shows nothing: the sockets of this moment are not known.
  void Count(const WatchReport& report, const ShownServices& services);

 private:
  using Key = std::tuple<std::string, Direction, SocketState>;
  struct Figures {
    std::uint64_t stuck = 0;
    double oldest_age_seconds = 0;
    std::uint64_t peak = 0;
  };
  using FiguresByKey = std::map<Key, Figures>;
  using Entries = std::map<Key, std::uint64_t>;

  [[nodiscard]] static Key ShownKey(const WatchKey& key, const ShownServices& services);
  [[nodiscard]] Entries Counted(const WatchReport& report, const ShownServices& services) const;
  /// With ages at the time of the pass, like its counts.
  [[nodiscard]] static FiguresByKey Fold(const WatchReport& report, const ShownServices& services);

  /// Since the service was first shown.
  Entries entries_;
};

}  // namespace sockdiag
