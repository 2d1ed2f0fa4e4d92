#include "model/socket_state.h"

namespace sockdiag {

std::string_view Name(SocketState state) {
  constexpr std::array<std::string_view, kSocketStateCount> kNames{
      "unknown", "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2",  "time_wait",
      "close",   "close_wait",  "last_ack", "listen",   "closing",   "unconnected"};
  return kNames[Index(state)];
}

}  // namespace sockdiag
