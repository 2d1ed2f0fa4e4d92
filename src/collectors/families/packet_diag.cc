#include "collectors/families/packet_diag.h"

#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cstring>

#include "netlink/bytes.h"
#include "sockets/source/sock_diag.h"

namespace sockdiag {
namespace {

/// The memory of a socket is an array that grows with the kernels.
DumpResult<std::uint32_t> FindDrops(std::span<const std::byte> attributes) {
  constexpr std::size_t kOffset = SK_MEMINFO_DROPS * sizeof(std::uint32_t);
  const auto found = FindAttribute(attributes, PACKET_DIAG_MEMINFO);
  if (!found) return tl::unexpected(found.error());
  std::uint32_t drops = 0;
  if (!*found || (*found)->size() < kOffset + sizeof(drops)) return drops;
  std::memcpy(&drops, (*found)->data() + kOffset, sizeof(drops));
  return drops;
}

}  // namespace

std::vector<std::byte> PacketDiagRequest() {
  packet_diag_req request{};
  static_assert(sizeof(request) == 20);
  request.sdiag_family = AF_PACKET;
  request.pdiag_show = PACKET_SHOW_MEMINFO | PACKET_SHOW_RING_CFG;
  return CopyBytes(request);
}

DumpResult<PacketSocket> DecodePacketDiag(std::span<const std::byte> payload) {
  const auto message = TakeStruct<packet_diag_msg>(payload);
  static_assert(sizeof(*message) == 16);
  if (!message || message->pdiag_family != AF_PACKET) {
    return FailDump(DumpErrorReason::kMalformed, "a record is not one of a packet socket");
  }
  const auto ring = FindAttribute(payload, PACKET_DIAG_RX_RING);
  if (!ring) return tl::unexpected(ring.error());
  const DumpResult<std::uint32_t> drops = FindDrops(payload);
  if (!drops) return tl::unexpected(drops.error());
  const std::uint64_t cookie = CookieFromHalves(message->pdiag_cookie);
  return PacketSocket{message->pdiag_type, cookie, ring->has_value(), *drops};
}

}  // namespace sockdiag
