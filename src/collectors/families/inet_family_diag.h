#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/protocol.h"

namespace sockdiag {

/// The payload of a request for all sockets of one family and IP protocol: an `inet_diag_req_v2`
/// (`uapi/linux/inet_diag.h`). A protocol above 255 does not fit it and follows in an attribute.
/// Unlike TCP's, tables of other protocols cannot be had for both families at once.
[[nodiscard]] std::vector<std::byte> InetFamilyRequest(Family family, std::uint16_t protocol);

}  // namespace sockdiag
