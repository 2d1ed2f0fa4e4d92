#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "netlink/message.h"

namespace sockdiag {

/// One packet socket (packet(7)).
struct PacketSocket {
  /// Of socket(2).
  std::uint8_t type;
  /// No two sockets have the same one, for as long as the host is up.
  std::uint64_t cookie;
  /// PACKET_RX_RING: what it drops then is not in `drops`, and no other process can know it.
  bool has_receive_ring;
  /// Packets that it dropped since it was opened, modulo 2^32; 0 from a kernel that does not say.
  std::uint32_t drops;
};

/// The payload of the request (`uapi/linux/packet_diag.h`).
[[nodiscard]] std::vector<std::byte> PacketDiagRequest();

/// From the payload of one message: a 16-byte `packet_diag_msg`, then attributes. kMalformed when
/// it is short, of another family, or an attribute that is read lies about its length.
[[nodiscard]] DumpResult<PacketSocket> DecodePacketDiag(std::span<const std::byte> payload);

}  // namespace sockdiag
