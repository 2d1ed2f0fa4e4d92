#include "collectors/families/inet_family_diag.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include "model/address_family.h"
#include "netlink/bytes.h"

namespace sockdiag {
namespace {

constexpr std::uint32_t kEveryState = ~std::uint32_t{0};

struct WideRequest {
  inet_diag_req_v2 narrow{};
  nlattr header{};
  std::uint32_t protocol = 0;
};
static_assert(sizeof(WideRequest) == 56 + 8);

}  // namespace

std::vector<std::byte> InetFamilyRequest(Family family, std::uint16_t protocol) {
  WideRequest request;
  request.narrow.sdiag_family = AddressFamily(family);
  request.narrow.idiag_states = kEveryState;
  if (protocol <= UINT8_MAX) {
    request.narrow.sdiag_protocol = static_cast<std::uint8_t>(protocol);
    return CopyBytes(request.narrow);
  }
  request.header.nla_len = sizeof(request.header) + sizeof(request.protocol);
  request.header.nla_type = INET_DIAG_REQ_PROTOCOL;
  request.protocol = protocol;
  return CopyBytes(request);
}

}  // namespace sockdiag
