#include "sockets/source/inet_diag_request.h"

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "model/address_family.h"
#include "netlink/bytes.h"

namespace sockdiag {
namespace {

/// States that no record has (`include/net/tcp_states.h` in the kernel): TCP_NEW_SYN_RECV comes
/// with SYN_RECV, and is shown as such; TCP_BOUND_INACTIVE asks for sockets that were bound and do
/// nothing, which come as CLOSE, and which nobody counts.
constexpr std::uint32_t kInternalStates = 1U << 12 | 1U << 13;

/// The mask of a request: bit `1 << idiag_state` for each state wanted.
std::uint32_t StateMask(Protocol protocol, const StateSet& states) {
  std::uint32_t mask = 0;
  std::uint32_t known = kInternalStates;
  for (const SocketState state : States(protocol)) {
    const std::uint32_t bit = std::uint32_t{1} << KernelNumber(protocol, state);
    known |= bit;
    if (states.Contains(state)) mask |= bit;
  }
  return states.Contains(SocketState::kUnknown) ? mask | ~known : mask;
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
