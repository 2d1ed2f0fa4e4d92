#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "collectors/rtnetlink/dumper.h"
#include "model/protocol.h"
#include "netlink/dump_error.h"

namespace sockdiag {

/// One route of a dump (RTM_NEWROUTE, `uapi/linux/rtnetlink.h`); its attributes point into the
/// message.
struct RouteMessage {
  std::uint32_t table = 0;
  std::uint8_t protocol = 0;
  std::uint8_t type = 0;
  /// RTM_F_..., RTNH_F_...
  std::uint32_t flags = 0;
  /// Of the destination.
  std::uint8_t prefix_length = 0;
  /// Whether it is for packets of one type of service or from some sources alone.
  bool is_selective = false;
  std::span<const std::byte> attributes;
};

/// kMalformed when the message contradicts itself. EOPNOTSUPP when it is of another family than was
/// asked for: a kernel without that one, as with ipv6.disable=1, answers with the routes of all
/// others (rtnl_dump_all() in net/core/rtnetlink.c).
[[nodiscard]] DumpResult<RouteMessage> DecodeRoute(std::span<const std::byte> payload,
                                                   Family family);

/// Whether its destination begins with the address of zeros, whatever the length of its prefix.
[[nodiscard]] DumpResult<bool> HasZeroDestination(const RouteMessage& route);

/// Routes of one family: of one table where the kernel can filter (4.20), else of all.
[[nodiscard]] RtnetlinkRequest RoutesRequest(Family family,
                                             std::optional<std::uint32_t> table = {});

/// As ip-route(8) names them; the number of what it has no name for.
[[nodiscard]] std::string RouteTableName(std::uint32_t table);
[[nodiscard]] std::string RouteProtocolName(std::uint8_t protocol);
[[nodiscard]] std::string RouteTypeName(std::uint8_t type);

}  // namespace sockdiag
