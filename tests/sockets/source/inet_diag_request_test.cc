#include "sockets/source/inet_diag_request.h"

#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include <cstring>

namespace sockdiag {
namespace {

template <typename Value>
Value At(const DumpRequest& request, std::size_t offset) {
  Value value;
  std::memcpy(&value, request.bytes.data() + offset, sizeof(value));
  return value;
}

TEST(InetDiagRequest, AsksForTcpOfBothFamiliesInOneWalk) {
  const DumpRequest request = TcpDumpRequest({StateSet::All(Protocol::kTcp)}, 7);
  ASSERT_EQ(request.bytes.size(), sizeof(nlmsghdr) + sizeof(inet_diag_req));
  const auto header = At<nlmsghdr>(request, 0);
  EXPECT_EQ(header.nlmsg_len, request.bytes.size());
  EXPECT_EQ(header.nlmsg_type, TCPDIAG_GETSOCK);
  EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
  EXPECT_EQ(header.nlmsg_seq, 7U);
  const auto payload = At<inet_diag_req>(request, sizeof(nlmsghdr));
  EXPECT_EQ(payload.idiag_states, ~(3U << 12)) << "all but 12 and 13, which no record has";
  EXPECT_EQ(payload.idiag_ext, 0) << "an extension that nobody reads was asked for";
  EXPECT_EQ(request.record_type, TCPDIAG_GETSOCK);
}

TEST(InetDiagRequest, AsksForTheStatesThatAreWanted) {
  StateSet known = StateSet::All(Protocol::kTcp);
  known.Remove(SocketState::kUnknown);
  const DumpRequest request = TcpDumpRequest({known}, 7);
  EXPECT_EQ(At<inet_diag_req>(request, sizeof(nlmsghdr)).idiag_states, 0xffeU)
      << "states 1 (ESTABLISHED) to 11 (CLOSING)";
  const DumpRequest rest =
      UdpDumpRequest(Family::kIpv4, {{SocketState::kEstablished, SocketState::kUnknown}}, 7);
  EXPECT_EQ(At<inet_diag_req_v2>(rest, sizeof(nlmsghdr)).idiag_states, ~(3U << 12 | 1U << 7))
      << "all but 7, which is unconnected";
}

TEST(InetDiagRequest, AsksForTcpInfoWhereTheLastAckIsWanted) {
  constexpr WantedAttributes kLastAck{.last_ack = true};
  const DumpRequest request = TcpDumpRequest({{SocketState::kCloseWait}, kLastAck}, 7);
  const auto payload = At<inet_diag_req>(request, sizeof(nlmsghdr));
  EXPECT_EQ(payload.idiag_states, 1U << 8);
  EXPECT_EQ(payload.idiag_ext, 2) << "INET_DIAG_INFO alone";
}

TEST(InetDiagRequest, AsksForMemoryWhereItIsWanted) {
  constexpr WantedAttributes kMemory{.memory = true};
  const DumpRequest tcp = TcpDumpRequest({{SocketState::kListen}, kMemory}, 7);
  EXPECT_EQ(At<inet_diag_req>(tcp, sizeof(nlmsghdr)).idiag_ext, 0x40) << "INET_DIAG_SKMEMINFO";
  const DumpRequest udp = UdpDumpRequest(Family::kIpv4, {{SocketState::kUnconnected}, kMemory}, 7);
  EXPECT_EQ(At<inet_diag_req_v2>(udp, sizeof(nlmsghdr)).idiag_ext, 0x40);
}

TEST(InetDiagRequest, AsksForUdpOfOneFamily) {
  for (const auto& [family, number] :
       {std::pair(Family::kIpv4, AF_INET), std::pair(Family::kIpv6, AF_INET6)}) {
    const DumpRequest request = UdpDumpRequest(family, {{SocketState::kEstablished}}, 8);
    ASSERT_EQ(request.bytes.size(), sizeof(nlmsghdr) + sizeof(inet_diag_req_v2));
    EXPECT_EQ(At<nlmsghdr>(request, 0).nlmsg_type, SOCK_DIAG_BY_FAMILY);
    const auto payload = At<inet_diag_req_v2>(request, sizeof(nlmsghdr));
    EXPECT_EQ(payload.sdiag_family, number);
    EXPECT_EQ(payload.sdiag_protocol, IPPROTO_UDP);
    EXPECT_EQ(payload.idiag_ext, 0);
    EXPECT_EQ(payload.idiag_states, 1U << 1);
  }
}

}  // namespace
}  // namespace sockdiag
