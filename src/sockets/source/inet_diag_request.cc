#include "sockets/source/inet_diag_request.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstring>

namespace sockdiag {
namespace {

/// The mask of a request: bit `1 << idiag_state` for each state wanted. The kernel says TCP_CLOSE
/// of a UDP socket that is not connected.
std::uint32_t StateMask(Protocol protocol, const StateSet& states) {
  std::uint32_t mask = 0;
  for (const SocketState state : States(protocol)) {
    const SocketState kernel_state =
        state == SocketState::kUnconnected ? SocketState::kClose : state;
    if (states.Contains(state)) mask |= std::uint32_t{1} << Index(kernel_state);
  }
  return mask;
}

template <typename Payload>
DumpRequest MakeRequest(Protocol protocol, std::uint16_t type, std::uint32_t sequence,
                        const Payload& payload) {
  static_assert(MNL_ALIGN(sizeof(nlmsghdr)) + sizeof(Payload) <= DumpRequest::kMaxSize);
  DumpRequest request;
  nlmsghdr* header = mnl_nlmsg_put_header(request.bytes.data());
  header->nlmsg_type = type;
  header->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  header->nlmsg_seq = sequence;
  std::memcpy(mnl_nlmsg_put_extra_header(header, sizeof(Payload)), &payload, sizeof(Payload));
  request.size = header->nlmsg_len;
  request.sequence = sequence;
  request.record_type = type;
  request.protocol = protocol;
  return request;
}

}  // namespace

DumpRequest TcpDumpRequest(const StateSet& states, std::uint32_t sequence) {
  inet_diag_req payload{};
  static_assert(sizeof(payload) == 60);
  payload.idiag_family = AF_UNSPEC;
  payload.idiag_states = StateMask(Protocol::kTcp, states);
  return MakeRequest(Protocol::kTcp, TCPDIAG_GETSOCK, sequence, payload);
}

DumpRequest UdpDumpRequest(Family family, const StateSet& states, std::uint32_t sequence) {
  inet_diag_req_v2 payload{};
  static_assert(sizeof(payload) == 56);
  payload.sdiag_family = family == Family::kIpv4 ? AF_INET : AF_INET6;
  payload.sdiag_protocol = IPPROTO_UDP;
  payload.idiag_states = StateMask(Protocol::kUdp, states);
  return MakeRequest(Protocol::kUdp, SOCK_DIAG_BY_FAMILY, sequence, payload);
}

}  // namespace sockdiag
