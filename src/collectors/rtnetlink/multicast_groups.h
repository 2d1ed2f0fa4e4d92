#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "collectors/collector.h"
#include "collectors/rtnetlink/dumper.h"
#include "metrics/metric.h"
#include "model/protocol.h"

namespace sockdiag {

class Devices;

/// Groups by the index of their device.
using GroupsByDevice = std::map<std::uint32_t, std::uint64_t>;

/// Counts the multicast groups of one family (RTM_GETMULTICAST, `uapi/linux/rtnetlink.h`).
class MulticastGroupCounts final : public RtnetlinkSink {
 public:
  explicit MulticastGroupCounts(Family family) : family_(family) {}

  [[nodiscard]] static RtnetlinkRequest Request(Family family);

  [[nodiscard]] DumpResult<void> Add(const NetlinkMessage& message) override;
  [[nodiscard]] const GroupsByDevice& counts() const { return counts_; }

 private:
  Family family_;
  GroupsByDevice counts_;
};

/// From the text of /proc/net/igmp, which has a line for each device and below it one for each
/// group (igmp_mc_seq_show() in the kernel's net/ipv4/igmp.c).
[[nodiscard]] Result<GroupsByDevice> ParseIgmp(std::string_view text);

/// The multicast groups that somebody has joined (netstat -g, ip-maddress(8)), of the network
/// namespace of the calling thread. Those of IPv4 come from /proc/net/igmp where rtnetlink does not
/// list them, which it does since 6.15.
class MulticastGroupsCollector final : public Collector {
 public:
  static constexpr std::string_view kName = "multicast_groups";

  /// Beyond `limit` devices the rest is `other`. `root` stands for /proc.
  MulticastGroupsCollector(NetlinkOpener open, std::size_t limit, std::string root = "/proc")
      : limit_(limit), root_(std::move(root)), dumper_(std::move(open)) {}

  [[nodiscard]] std::string_view name() const override { return kName; }
  [[nodiscard]] Result<void> Collect(Findings& findings) override;
  [[nodiscard]] RunsIn runs_in() const override { return RunsIn::kSharedThread; }

  [[nodiscard]] static std::span<const Metric* const> Metrics();

 private:
  [[nodiscard]] Result<GroupsByDevice> Groups(Family family);
  void Show(Family family, const GroupsByDevice& groups, const Devices& devices,
            Samples& samples) const;

  const std::size_t limit_;
  const std::string root_;
  RtnetlinkDumper dumper_;
};

}  // namespace sockdiag
