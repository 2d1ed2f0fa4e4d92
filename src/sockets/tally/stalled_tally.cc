#include "sockets/tally/stalled_tally.h"

#include "model/state_set.h"

namespace sockdiag {

/// Those of a connection that both ends know. A handshake that is repeated has a state of its own,
/// and ages there.
constexpr StateSet kConnected{SocketState::kEstablished, SocketState::kFinWait1,
                              SocketState::kFinWait2,    SocketState::kCloseWait,
                              SocketState::kLastAck,     SocketState::kClosing};

std::optional<StallReason> StalledTally::ReasonOf(const SocketRecord& record) {
  if (!kConnected.Contains(record.state)) return std::nullopt;
  if (record.timer == SocketTimer::kZeroWindow) return StallReason::kZeroWindow;
  if (IsRetransmitting(record)) return StallReason::kRetransmitting;
  const bool is_probed = record.timer == SocketTimer::kKeepalive && record.retransmits != 0;
  return is_probed ? std::optional(StallReason::kKeepaliveUnanswered) : std::nullopt;
}

void StalledTally::Show(Showing& showing) const {
  if (!Traits(showing.protocol).has_connections) return;
  groups_.ForEachRow(showing.protocol, showing.services,
                     [&](const ServiceRow& row, const Counts& sockets) {
                       for (const StallReason reason : kStallReasons) {
                         if (!row.uses.stalls[Index(reason)]) continue;
                         showing.samples.Add(kStalledSockets, sockets.by_reason[Index(reason)],
                                             row.service_name, Name(row.direction), Name(reason));
                       }
                     });
}

}  // namespace sockdiag
