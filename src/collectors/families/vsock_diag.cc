#include "collectors/families/vsock_diag.h"

#include <linux/vm_sockets_diag.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "netlink/bytes.h"

namespace sockdiag {

std::vector<std::byte> VsockDiagRequest() {
  vsock_diag_req request{};
  static_assert(sizeof(request) == 24);
  request.sdiag_family = AF_VSOCK;
  request.vdiag_states = ~std::uint32_t{0};
  return CopyBytes(request);
}

DumpResult<VsockSocket> DecodeVsockDiag(std::span<const std::byte> payload) {
  const auto message = TakeStruct<vsock_diag_msg>(payload);
  static_assert(sizeof(*message) == 32);
  if (!message || message->vdiag_family != AF_VSOCK) {
    return FailDump(DumpErrorReason::kMalformed, "a record is not one of a vsock socket");
  }
  return VsockSocket{message->vdiag_type, message->vdiag_state};
}

/// Those that net/vmw_vsock/af_vsock.c sets.
std::string_view VsockStateName(std::uint8_t state) {
  switch (state) {
    case TCP_ESTABLISHED:
      return "established";
    case TCP_SYN_SENT:
      return "syn_sent";
    case TCP_CLOSE:
      return "unconnected";
    case TCP_LISTEN:
      return "listen";
    case TCP_CLOSING:
      return "closing";
    default:
      return "unknown";
  }
}

}  // namespace sockdiag
