#include "sockets/source/inet_diag_request.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "model/address_family.h"
#include "netlink/bytes.h"

namespace sockdiag {
namespace {

/// The mask of a request: bit `1 << idiag_state` for each state wanted.
std::uint32_t StateMask(Protocol protocol, const StateSet& states) {
  std::uint32_t mask = 0;
  for (const SocketState state : States(protocol)) {
    if (states.Contains(state)) mask |= std::uint32_t{1} << KernelNumber(protocol, state);
  }
  return mask;
}

std::uint8_t Extensions(const WantedAttributes& wanted) {
  std::uint8_t extensions = 0;
  if (wanted.last_ack) extensions |= 1 << (INET_DIAG_INFO - 1);
  if (wanted.memory) extensions |= 1 << (INET_DIAG_SKMEMINFO - 1);
  return extensions;
}

/// Its answers have the type of the request.
template <typename Payload>
DumpRequest MakeRequest(std::uint16_t type, std::uint32_t sequence, const Payload& payload) {
  return MakeDumpRequest({.request = type, .record = type}, sequence, BytesOf(payload));
}

}  // namespace

DumpRequest TcpDumpRequest(const WantedSockets& wanted, std::uint32_t sequence) {
  inet_diag_req payload{};
  static_assert(sizeof(payload) == 60);
  payload.idiag_family = AF_UNSPEC;
  payload.idiag_states = StateMask(Protocol::kTcp, wanted.states);
  payload.idiag_ext = Extensions(wanted.attributes);
  return MakeRequest(TCPDIAG_GETSOCK, sequence, payload);
}

DumpRequest UdpDumpRequest(Family family, const WantedSockets& wanted, std::uint32_t sequence) {
  inet_diag_req_v2 payload{};
  static_assert(sizeof(payload) == 56);
  payload.sdiag_family = AddressFamily(family);
  payload.sdiag_protocol = IPPROTO_UDP;
  payload.idiag_ext = Extensions(wanted.attributes);
  payload.idiag_states = StateMask(Protocol::kUdp, wanted.states);
  return MakeRequest(SOCK_DIAG_BY_FAMILY, sequence, payload);
}

}  // namespace sockdiag
