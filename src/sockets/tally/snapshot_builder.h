#pragma once

#include <array>

#include "sockets/naming/limits.h"
#include "sockets/tally/port_view.h"
#include "sockets/tally/service_view.h"
#include "sockets/tally/snapshot.h"
#include "sockets/tally/watch_view.h"
#include "sockets/watch/state_watch.h"

namespace sockdiag {

/// From the totals of each collection to what is shown, with the memory of what was shown before.
/// One thread at a time.
class SnapshotBuilder {
 public:
  /// `watched`: the states of which a watch reports; none when there is no watch. The matcher must
  /// outlive the builder.
  SnapshotBuilder(const ServiceMatcher& matcher, const Limits& limits, StateSet watched = {});

  /// `complete`: every enabled protocol is in `totals`. When it throws, for want of memory, what
  /// the watch reports is not counted yet.
  [[nodiscard]] Snapshot Build(const TotalsByProtocol& totals, const WatchReport& watch,
                               bool complete, Clock::TimePoint now);

  /// Goes on from the memory of another builder, whose configuration may have been another one:
  /// names keep their places, counters their values.
  void TakeOver(const SnapshotBuilder& before);

 private:
  ServiceView services_;
  WatchView watch_;
  std::array<PortView, kProtocols.size()> ports_;
};

}  // namespace sockdiag
