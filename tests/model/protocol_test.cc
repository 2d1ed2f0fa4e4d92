#include "model/protocol.h"

#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sockdiag {
namespace {

TEST(SocketState, HasTheKernelsTcpNumbers) {
  const std::pair<int, const char*> states[] = {{TCP_ESTABLISHED, "established"},
                                                {TCP_SYN_SENT, "syn_sent"},
                                                {TCP_SYN_RECV, "syn_recv"},
                                                {TCP_FIN_WAIT1, "fin_wait1"},
                                                {TCP_FIN_WAIT2, "fin_wait2"},
                                                {TCP_TIME_WAIT, "time_wait"},
                                                {TCP_CLOSE, "close"},
                                                {TCP_CLOSE_WAIT, "close_wait"},
                                                {TCP_LAST_ACK, "last_ack"},
                                                {TCP_LISTEN, "listen"},
                                                {TCP_CLOSING, "closing"}};
  for (const auto& [number, name] : states) {
    EXPECT_EQ(Name(StateFromKernel(Protocol::kTcp, static_cast<std::uint8_t>(number))), name);
  }
  EXPECT_EQ(std::size(states), kTcpStates.size());
}

TEST(SocketState, ListsEachTcpStateOnce) {
  std::vector<SocketState> states(kTcpStates.begin(), kTcpStates.end());
  std::sort(states.begin(), states.end());
  EXPECT_EQ(std::unique(states.begin(), states.end()), states.end());
}

TEST(SocketState, DependsOnDirection) {
  std::string inbound;
  std::string outbound;
  for (const SocketState state : kTcpStates) {
    if (!CanOccur(state, Direction::kInbound)) inbound += std::string(Name(state)) + " ";
    if (!CanOccur(state, Direction::kOutbound)) outbound += std::string(Name(state)) + " ";
  }
  EXPECT_EQ(inbound, "syn_sent ");
  EXPECT_EQ(outbound, "syn_recv listen ");
  EXPECT_FALSE(CanOccur(SocketState::kUnconnected, Direction::kOutbound));
}

}  // namespace
}  // namespace sockdiag
