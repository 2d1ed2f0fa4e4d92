#include "collectors/rtnetlink/route_message.h"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "model/address_family.h"
#include "netlink/bytes.h"
#include "netlink/message.h"

namespace sockdiag {
namespace {

using Names = std::span<const std::pair<std::uint32_t, std::string_view>>;

/// Those of /etc/iproute2/rt_tables, which is not looked at.
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 3> kRouteTables{
    {{RT_TABLE_DEFAULT, "default"}, {RT_TABLE_MAIN, "main"}, {RT_TABLE_LOCAL, "local"}}};

/// RTPROT_..., by the names of /etc/iproute2/rt_protos.
constexpr std::array<std::pair<std::uint32_t, std::string_view>, 23> kRouteProtocols{
    {{RTPROT_UNSPEC, "unspec"},
     {RTPROT_REDIRECT, "redirect"},
     {RTPROT_KERNEL, "kernel"},
     {RTPROT_BOOT, "boot"},
     {RTPROT_STATIC, "static"},
     {RTPROT_GATED, "gated"},
     {RTPROT_RA, "ra"},
     {RTPROT_MRT, "mrt"},
     {RTPROT_ZEBRA, "zebra"},
     {RTPROT_BIRD, "bird"},
     {RTPROT_DNROUTED, "dnrouted"},
     {RTPROT_XORP, "xorp"},
     {RTPROT_NTK, "ntk"},
     {RTPROT_DHCP, "dhcp"},
     {RTPROT_MROUTED, "mrouted"},
     {18 /* not in old headers */, "keepalived"},
     {RTPROT_BABEL, "babel"},
     {99 /* likewise */, "openr"},
     {RTPROT_BGP, "bgp"},
     {RTPROT_ISIS, "isis"},
     {RTPROT_OSPF, "ospf"},
     {RTPROT_RIP, "rip"},
     {RTPROT_EIGRP, "eigrp"}}};

constexpr std::array<std::pair<std::uint32_t, std::string_view>, 12> kRouteTypes{
    {{RTN_UNSPEC, "none"},
     {RTN_UNICAST, "unicast"},
     {RTN_LOCAL, "local"},
     {RTN_BROADCAST, "broadcast"},
     {RTN_ANYCAST, "anycast"},
     {RTN_MULTICAST, "multicast"},
     {RTN_BLACKHOLE, "blackhole"},
     {RTN_UNREACHABLE, "unreachable"},
     {RTN_PROHIBIT, "prohibit"},
     {RTN_THROW, "throw"},
     {RTN_NAT, "nat"},
     {RTN_XRESOLVE, "xresolve"}}};

std::string NameOrNumber(Names names, std::uint32_t number) {
  const auto found = std::find_if(names.begin(), names.end(),
                                  [number](const auto& one) { return one.first == number; });
  return found != names.end() ? std::string(found->second) : std::to_string(number);
}

/// The number that did not fit the header's byte.
DumpResult<std::uint32_t> WideTable(std::span<const std::byte> attributes) {
  auto table = FindAttribute(attributes, RTA_TABLE);
  if (!table) return tl::unexpected(table.error());
  if (!*table) return RT_TABLE_COMPAT;
  const auto number = TakeStruct<std::uint32_t>(**table);
  if (!number) return FailDump(DumpErrorReason::kMalformed, "RTA_TABLE is shorter than a number");
  return *number;
}

}  // namespace

DumpResult<RouteMessage> DecodeRoute(std::span<const std::byte> payload, Family family) {
  const auto header = TakeStruct<rtmsg>(payload);
  if (!header) return FailDump(DumpErrorReason::kMalformed, "a route is shorter than its header");
  if (FamilyFromAddressFamily(header->rtm_family) != family) {
    return tl::unexpected(DumpErrorFromKernel(EOPNOTSUPP));
  }
  RouteMessage route{.table = header->rtm_table,
                     .protocol = header->rtm_protocol,
                     .type = header->rtm_type,
                     .flags = header->rtm_flags,
                     .prefix_length = header->rtm_dst_len,
                     .is_selective = header->rtm_tos != 0 || header->rtm_src_len != 0,
                     .attributes = payload};
  if (route.table == RT_TABLE_COMPAT) {
    const DumpResult<std::uint32_t> table = WideTable(payload);
    if (!table) return tl::unexpected(table.error());
    route.table = *table;
  }
  return route;
}

DumpResult<bool> HasZeroDestination(const RouteMessage& route) {
  const auto destination = FindAttribute(route.attributes, RTA_DST);
  if (!destination) return tl::unexpected(destination.error());
  if (!*destination) return true;
  return std::all_of((*destination)->begin(), (*destination)->end(),
                     [](std::byte one) { return one == std::byte{0}; });
}

RtnetlinkRequest RoutesRequest(Family family, std::optional<std::uint32_t> table) {
  rtmsg header{};
  header.rtm_family = AddressFamily(family);
  RtnetlinkRequest request = MakeRtnetlinkRequest({RTM_GETROUTE, RTM_NEWROUTE}, header);
  if (table) AddAttribute(RTA_TABLE, *table, request);
  return request;
}

std::string RouteTableName(std::uint32_t table) { return NameOrNumber(kRouteTables, table); }
std::string RouteProtocolName(std::uint8_t protocol) {
  return NameOrNumber(kRouteProtocols, protocol);
}
std::string RouteTypeName(std::uint8_t type) { return NameOrNumber(kRouteTypes, type); }

}  // namespace sockdiag
