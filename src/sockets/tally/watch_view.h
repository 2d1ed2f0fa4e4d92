#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "model/state_set.h"
#include "sockets/tally/service_view.h"
#include "sockets/tally/snapshot.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// From what the watch knows to what is shown of it, by the names that the services view shows.
class WatchView {
 public:
  explicit WatchView(StateSet states) : states_(states) {}

  /// Goes on counting where another view is.
  void TakeOver(const WatchView& before) { entries_ = before.entries_; }

  /// Fills the watched part of the snapshot for each TCP service and direction that is in it, and
  /// counts what the report says of sockets that came to a state; when it throws, for want of
  /// memory, it has counted nothing.
  void Update(const WatchReport& report, const ServiceView& services, Snapshot& snapshot);

 private:
  using Key = std::tuple<std::string, Direction, SocketState>;
  struct Figures {
    std::uint64_t stuck = 0;
    double oldest_age_seconds = 0;
    std::uint64_t peak = 0;
  };
  using FiguresByKey = std::map<Key, Figures>;

  static Key ShownKey(const WatchKey& key, const ServiceView& services) {
    return {services.ShownName(key.service), key.direction, key.state};
  }
  /// With ages at the time of the pass, like its counts.
  static FiguresByKey Fold(const WatchReport& report, const ServiceView& services);

  StateSet states_;
  /// Since the service was first shown.
  std::map<Key, std::uint64_t> entries_;
};

}  // namespace sockdiag
