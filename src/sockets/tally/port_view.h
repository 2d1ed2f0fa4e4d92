#pragma once

#include <array>
#include <string>
#include <utility>

#include "sockets/naming/admitted_names.h"
#include "sockets/naming/limits.h"
#include "sockets/naming/retained_keys.h"
#include "sockets/tally/protocol_totals.h"
#include "sockets/tally/service_view.h"
#include "sockets/tally/snapshot.h"

namespace sockdiag {

/// Which ports of one protocol are shown, from one collection to the next.
class PortView {
 public:
  explicit PortView(const Limits& limits);

  /// Goes on from what another view showed, as far as the limits allow; `services` has done so.
  void TakeOver(const PortView& before, const ServiceView& services);

  /// Fills the port and listener parts of the snapshot from one dump; call it when there is one.
  void Update(const ProtocolTotals& totals, const ServiceView& services, Clock::TimePoint now,
              Snapshot& snapshot);

 private:
  using StateKey = std::pair<ShownPort, SocketState>;
  using ListenerKey = std::pair<ShownPort, std::string>;
  struct View {
    AdmittedNames<Port> admitted;
    RetainedKeys<StateKey> shown;
  };

  void UpdateDirection(const ProtocolTotals& totals, Direction direction, Clock::TimePoint now,
                       Snapshot& snapshot);
  void UpdateListeners(const ProtocolTotals& totals, const ServiceView& services,
                       Clock::TimePoint now, Snapshot& snapshot);

  std::array<View, kDirections.size()> directions_;
  RetainedKeys<ListenerKey> listeners_;
};

}  // namespace sockdiag
