#include "sockets/tally/stalled_tally.h"

#include <string_view>

namespace sockdiag {

/// A handshake that is repeated has a state of its own, and ages there.
StalledTally::Counts StalledTally::CountsOf(const SocketRecord& record) {
  const bool is_handshake =
      record.state == SocketState::kSynSent || record.state == SocketState::kSynRecv;
  const bool is_unanswered = record.retransmits != 0;
  Counts counts;
  if (record.timer == SocketTimer::kRetransmit && is_unanswered && !is_handshake) {
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
