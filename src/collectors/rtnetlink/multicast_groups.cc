#include "collectors/rtnetlink/multicast_groups.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>

#include "collectors/rtnetlink/devices.h"
#include "model/address_family.h"
#include "netlink/bytes.h"
#include "proc/proc_files.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

constexpr Metric kGroups{"sockdiag_multicast_groups",
                         kGauge,
                         {"family", "device"},
                         "Multicast groups that a device has joined."};
constexpr std::array kMetrics{&kGroups};

/// A kernel without IPv6, or before 6.15, has nothing that lists them.
bool IsMissing(const DumpError& error) { return error.kernel_errno == EOPNOTSUPP; }

}  // namespace

RtnetlinkRequest MulticastGroupCounts::Request(Family family) {
  ifaddrmsg header{};
  header.ifa_family = AddressFamily(family);
  // The answers are of the request's own type.
  return MakeRtnetlinkRequest({RTM_GETMULTICAST, RTM_GETMULTICAST}, header);
}

DumpResult<void> MulticastGroupCounts::Add(const NetlinkMessage& message) {
  std::span<const std::byte> payload = message.payload;
  const auto header = TakeStruct<ifaddrmsg>(payload);
  if (!header) {
    return FailDump(DumpErrorReason::kMalformed, "a multicast group is shorter than its header");
  }
  if (FamilyFromAddressFamily(header->ifa_family) == family_) ++counts_[header->ifa_index];
  return {};
}

Result<GroupsByDevice> ParseIgmp(std::string_view text) {
  GroupsByDevice groups;
  Scanner lines(text);
  lines.TakeLine();  // the names of the columns
  while (!lines.IsAtEnd()) {
    Scanner words(lines.TakeLine());
    const std::optional<std::uint32_t> index = words.TakeInteger<std::uint32_t>();
    if (!index) continue;  // a group, behind white space
    const std::string_view rest = words.rest();
    Scanner behind_name(rest.substr(std::min(rest.find(':'), rest.size())));
    const bool has_colon = behind_name.TakeCharacter(':');
    behind_name.SkipSpace();
    const std::optional<std::uint32_t> count = behind_name.TakeInteger<std::uint32_t>();
    if (!has_colon || !count) {
      return Fail("device " + std::to_string(*index) + " has no number of groups");
    }
    groups[*index] = *count;
  }
  return groups;
}

std::span<const Metric* const> MulticastGroupsCollector::Metrics() { return kMetrics; }

Result<void> MulticastGroupsCollector::Collect(Findings& findings) {
  std::array<GroupsByDevice, kFamilies.size()> groups;
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    Result<GroupsByDevice> counted = Groups(kFamilies[i]);
    if (!counted)
      return Fail(std::string(Name(kFamilies[i])) + " groups: " + counted.error().message);
    groups[i] = *std::move(counted);
  }
  const auto devices = dumper_.Dump(LinksRequest(/*with_counters=*/false), Devices());
  if (!devices) return Fail("devices: " + devices.error().message);
  for (std::size_t i = 0; i < kFamilies.size(); ++i) {
    Show(kFamilies[i], groups[i], *devices, findings.samples);
  }
  return {};
}

Result<GroupsByDevice> MulticastGroupsCollector::Groups(Family family) {
  const auto counts =
      dumper_.Dump(MulticastGroupCounts::Request(family), MulticastGroupCounts(family));
  if (counts) return counts->counts();
  if (!IsMissing(counts.error())) return Fail(counts.error().message);
  if (family == Family::kIpv6) return GroupsByDevice();
  constexpr std::size_t kLimitBytes = 4 << 20;  // a line of 40 bytes for each group
  ProcFiles files(root_);
  auto groups = files.Read("thread-self/net/igmp", ParseIgmp, kLimitBytes);
  const Result<void> read = files.Check();
  if (!read) return tl::unexpected(read.error());
  return groups ? *std::move(groups) : GroupsByDevice();
}

/// A device that has gone since is left out.
void MulticastGroupsCollector::Show(Family family, const GroupsByDevice& groups,
                                    const Devices& devices, Samples& samples) const {
  std::uint64_t others = 0;
  devices.ForEach(limit_, [&](std::uint32_t index, const Device& device, bool has_place) {
    const auto found = groups.find(index);
    if (found == groups.end() || found->second == 0) return;
    if (has_place) {
      samples.Add(kGroups, found->second, Name(family), device.name);
    } else {
      others += found->second;
    }
  });
  if (others > 0) samples.Add(kGroups, others, Name(family), Devices::kOther);
}

}  // namespace sockdiag
