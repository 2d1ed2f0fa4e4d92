#include "sockets/tally/stalled_tally.h"

#include <string_view>

#include "model/state_set.h"

namespace sockdiag {

/// Those of a connection that both ends know. A handshake that is repeated has a state of its own,
/// and ages there.
constexpr StateSet kConnected{SocketState::kEstablished, SocketState::kFinWait1,
                              SocketState::kFinWait2,    SocketState::kCloseWait,
                              SocketState::kLastAck,     SocketState::kClosing};

StalledTally::Counts StalledTally::CountsOf(const SocketRecord& record) {
  const bool is_unanswered = record.retransmits != 0;
  Counts counts;
  if (!kConnected.Contains(record.state)) return counts;
  if (record.timer == SocketTimer::kRetransmit && is_unanswered) {
    counts.retransmitting = 1;
  } else if (record.timer == SocketTimer::kZeroWindow) {
    counts.zero_window = 1;
  } else if (record.timer == SocketTimer::kKeepalive && is_unanswered) {
    counts.keepalive_unanswered = 1;
  }
  return counts;
}

void StalledTally::Show(Showing& showing) const {
  if (!Traits(showing.protocol).has_watched_states) return;
  groups_.ForEachRow(showing.protocol, showing.services,
                     [&](const ServiceRow& row, const Counts& sockets) {
                       if (!row.states.ContainsAnyOf(kConnected)) return;
                       const auto add = [&](std::string_view reason, std::uint64_t count) {
                         showing.samples.Add(kStalledSockets, count, row.service_name,
                                             Name(row.direction), reason);
                       };
                       add("retransmitting", sockets.retransmitting);
                       add("zero_window", sockets.zero_window);
                       add("keepalive_unanswered", sockets.keepalive_unanswered);
                     });
}

}  // namespace sockdiag
