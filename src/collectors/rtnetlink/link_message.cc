#include "collectors/rtnetlink/link_message.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include <algorithm>
#include <string>

#include "netlink/bytes.h"
#include "netlink/message.h"

namespace sockdiag {
namespace {

/// The front of rtnl_link_stats64, which grows: as it was when it came, in 2.6.35.
struct LinkStatistics {
  std::uint64_t rx_packets;
  std::uint64_t tx_packets;
  std::uint64_t rx_bytes;
  std::uint64_t tx_bytes;
  std::uint64_t rx_errors;
  std::uint64_t tx_errors;
  std::uint64_t rx_dropped;
  std::uint64_t tx_dropped;
  std::uint64_t multicast;
  std::uint64_t collisions;
  std::uint64_t rx_length_errors;
  std::uint64_t rx_over_errors;
  std::uint64_t rx_crc_errors;
  std::uint64_t rx_frame_errors;
  std::uint64_t rx_fifo_errors;
  std::uint64_t rx_missed_errors;
};
static_assert(offsetof(rtnl_link_stats64, rx_missed_errors) ==
              offsetof(LinkStatistics, rx_missed_errors));

tl::unexpected<DumpError> Malformed(std::string message) {
  return FailDump(DumpErrorReason::kMalformed, std::move(message));
}

/// Ends with a byte of 0.
std::string_view TextOf(std::span<const std::byte> bytes) {
  const auto end = std::find(bytes.begin(), bytes.end(), std::byte{0});
  return {reinterpret_cast<const char*>(bytes.data()),
          static_cast<std::size_t>(end - bytes.begin())};
}

DumpResult<void> ReadStatistics(std::span<const std::byte> bytes, LinkCounters& counters) {
  const auto statistics = TakeStruct<LinkStatistics>(bytes);
  if (!statistics) return Malformed("IFLA_STATS64 is shorter than it ever was");
  counters.receive_bytes = statistics->rx_bytes;
  counters.receive_packets = statistics->rx_packets;
  counters.receive_errors = statistics->rx_errors;
  counters.receive_dropped = statistics->rx_dropped + statistics->rx_missed_errors;
  counters.transmit_bytes = statistics->tx_bytes;
  counters.transmit_packets = statistics->tx_packets;
  counters.transmit_errors = statistics->tx_errors;
  counters.transmit_dropped = statistics->tx_dropped;
  return {};
}

DumpResult<void> ReadAttribute(NetlinkAttribute attribute, LinkMessage& link) {
  switch (attribute.type) {
    case IFLA_IFNAME:
      link.name = TextOf(attribute.payload);
      return {};
    case IFLA_STATS64:
      return ReadStatistics(attribute.payload, link.counters);
    case IFLA_CARRIER_CHANGES: {
      const auto changes = TakeStruct<std::uint32_t>(attribute.payload);
      if (!changes) return Malformed("IFLA_CARRIER_CHANGES is shorter than a number");
      link.counters.carrier_changes = *changes;
      return {};
    }
    default:
      return {};
  }
}

}  // namespace

/// IFF_RUNNING is what the kernel makes of the operational state: up, or unknown and set up
/// (dev_get_flags() and netif_oper_up() in the kernel's net/core/dev.c, netdevice.h).
DumpResult<LinkMessage> DecodeLink(std::span<const std::byte> payload) {
  const auto header = TakeStruct<ifinfomsg>(payload);
  if (!header) return Malformed("a device is shorter than its header");
  LinkMessage link;
  link.index = static_cast<std::uint32_t>(header->ifi_index);
  link.is_up = (header->ifi_flags & IFF_RUNNING) != 0;
  while (!payload.empty()) {
    const DumpResult<NetlinkAttribute> attribute = TakeAttribute(payload);
    if (!attribute) return tl::unexpected(attribute.error());
    const DumpResult<void> read = ReadAttribute(*attribute, link);
    if (!read) return tl::unexpected(read.error());
  }
  if (link.name.empty()) return Malformed("a device has no name");
  return link;
}

RtnetlinkRequest LinksRequest(bool with_counters) {
  RtnetlinkRequest request = MakeRtnetlinkRequest({RTM_GETLINK, RTM_NEWLINK}, ifinfomsg{});
  if (!with_counters) AddAttribute(IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS, request);
  return request;
}

}  // namespace sockdiag
