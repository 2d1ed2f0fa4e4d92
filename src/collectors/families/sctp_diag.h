#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "model/protocol.h"
#include "netlink/message.h"

namespace sockdiag {

/// A record of sctp_diag: a socket, or one of the associations that follow their socket.
struct SctpRecord {
  Family family;
  bool is_association;
  /// Of a socket as the kernel numbers those of TCP, of an association as `enum sctp_state` does
  /// (include/linux/sctp.h in the kernel).
  std::uint8_t state;
  /// Of the socket, which its associations share.
  std::uint64_t cookie;
};

/// From the payload of one message: a 72-byte `inet_diag_msg` (`uapi/linux/inet_diag.h`), then
/// attributes, of which an association alone has INET_DIAG_PEERS (`inet_sctp_diag_fill()` in
/// net/sctp/diag.c). kMalformed when it is short, of another family, or an attribute that is read
/// lies about its length.
[[nodiscard]] DumpResult<SctpRecord> DecodeSctpDiag(std::span<const std::byte> payload);

/// The label `state` of such a record; `unknown` for one that is none.
[[nodiscard]] std::string_view SctpStateName(const SctpRecord& record);

}  // namespace sockdiag
