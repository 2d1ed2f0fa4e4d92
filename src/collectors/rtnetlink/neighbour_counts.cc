#include "collectors/rtnetlink/neighbour_counts.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "model/address_family.h"
#include "netlink/bytes.h"
#include "netlink/message.h"

namespace sockdiag {
namespace {

/// NUD_..., by the names of ip-neighbour(8).
constexpr std::array<std::pair<std::uint16_t, std::string_view>, 9> kStates{
    {{NUD_NONE, "none"},
     {NUD_INCOMPLETE, "incomplete"},
     {NUD_REACHABLE, "reachable"},
     {NUD_STALE, "stale"},
     {NUD_DELAY, "delay"},
     {NUD_PROBE, "probe"},
     {NUD_FAILED, "failed"},
     {NUD_NOARP, "noarp"},
     {NUD_PERMANENT, "permanent"}}};
constexpr std::uint16_t kUnknownState = 0xffff;

bool IsKnown(std::uint16_t state) {
  return std::any_of(kStates.begin(), kStates.end(),
                     [state](const auto& one) { return one.first == state; });
}

std::string_view StateName(std::uint16_t state) {
  const auto found = std::find_if(kStates.begin(), kStates.end(),
                                  [state](const auto& one) { return one.first == state; });
  return found != kStates.end() ? found->second : "other";
}

}  // namespace

RtnetlinkRequest NeighbourCounts::Request() {
  return MakeRtnetlinkRequest({RTM_GETNEIGH, RTM_NEWNEIGH}, ndmsg{});
}

DumpResult<void> NeighbourCounts::Add(const NetlinkMessage& message) {
  std::span<const std::byte> payload = message.payload;
  const auto header = TakeStruct<ndmsg>(payload);
  if (!header) {
    return FailDump(DumpErrorReason::kMalformed, "a neighbour is shorter than its header");
  }
  const std::optional<Family> family = FamilyFromAddressFamily(header->ndm_family);
  if (!family) return {};
  const std::uint16_t state = IsKnown(header->ndm_state) ? header->ndm_state : kUnknownState;
  ++counts_[{*family, state}];
  return {};
}

void NeighbourCounts::Show(SeenCounts<Key>& seen, Samples& samples) const {
  seen.Reset();
  for (const auto& [key, count] : counts_) seen.Add(key, count);
  for (const auto& [key, count] : seen.counts()) {
    samples.Add(kNeighbours, count, Name(key.first), StateName(key.second));
  }
}

RtnetlinkRequest NeighbourTables::Request() {
  return MakeRtnetlinkRequest({RTM_GETNEIGHTBL, RTM_NEWNEIGHTBL}, ndtmsg{});
}

/// Only the message of the table as a whole has statistics; those of the devices follow it. The
/// statistics of a kernel before 4.3 end before what is wanted.
DumpResult<void> NeighbourTables::Add(const NetlinkMessage& message) {
  std::span<const std::byte> attributes = message.payload;
  const auto header = TakeStruct<ndtmsg>(attributes);
  if (!header) {
    return FailDump(DumpErrorReason::kMalformed, "a neighbour table is shorter than its header");
  }
  const std::optional<Family> family = FamilyFromAddressFamily(header->ndtm_family);
  if (!family) return {};
  std::optional<std::uint64_t>& overflows = overflows_[*family];
  while (!attributes.empty()) {
    DumpResult<NetlinkAttribute> attribute = TakeAttribute(attributes);
    if (!attribute) return tl::unexpected(attribute.error());
    if (attribute->type != NDTA_STATS) continue;
    const auto stats = TakeStruct<ndt_stats>(attribute->payload);
    if (stats) overflows = stats->ndts_table_fulls;
  }
  return {};
}

void NeighbourTables::Show(Samples& samples) const {
  for (const auto& [family, overflows] : overflows_) {
    if (overflows) samples.Add(kOverflows, *overflows, Name(family));
  }
}

}  // namespace sockdiag
