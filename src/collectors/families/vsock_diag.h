#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "netlink/message.h"

namespace sockdiag {

/// One vsock socket (vsock(7)).
struct VsockSocket {
  /// Of socket(2).
  std::uint8_t type;
  /// As the kernel numbers those of TCP.
  std::uint8_t state;
};

/// The payload of the request (`uapi/linux/vm_sockets_diag.h`).
[[nodiscard]] std::vector<std::byte> VsockDiagRequest();

/// From the payload of one message, a 32-byte `vsock_diag_msg`. kMalformed when it is short or of
/// another family.
[[nodiscard]] DumpResult<VsockSocket> DecodeVsockDiag(std::span<const std::byte> payload);

/// The label `state`; `unknown` for one that is none.
[[nodiscard]] std::string_view VsockStateName(std::uint8_t state);

}  // namespace sockdiag
