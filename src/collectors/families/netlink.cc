#include "collectors/families/netlink.h"

#include <linux/netlink.h>

#include <array>

#include "collectors/families/netlink_table.h"

namespace sockdiag {
namespace {

constexpr Metric kSockets{
    "sockdiag_netlink_sockets",
    kGauge,
    {"protocol"},
    "Netlink sockets of programs; not the kernel's end of each protocol, nor those "
    "that were never bound."};
constexpr Metric kDrops{"sockdiag_netlink_drops_total",
                        kCounter,
                        {"protocol"},
                        "Messages from the kernel that netlink sockets dropped, as their buffers "
                        "were full: their programs no longer know the whole state. A lower bound."};
constexpr std::array kMetrics{&kSockets, &kDrops};

constexpr std::string_view kHeading = " Eth ";
constexpr std::uint32_t kKernel = 0;

}  // namespace

std::span<const Metric* const> NetlinkCollector::Metrics() { return kMetrics; }

NetlinkCollector::NetlinkCollector(SocketDrops<std::uint32_t>& drops, const ProcReading& reading)
    : drops_(drops), table_(reading, kName, kHeading) {
  // A look may fall together with one of the sampler's.
  for (const std::uint32_t usual :
       {std::uint32_t{NETLINK_ROUTE}, std::uint32_t{NETLINK_SOCK_DIAG}}) {
    counts_.Add(usual, 0);
  }
}

Result<void> NetlinkCollector::Collect(Findings& findings) {
  counts_.Reset();
  SocketDrops<std::uint32_t>::Look look;
  const auto add = [&](std::string_view line) -> Result<void> {
    const Result<NetlinkSocket> socket = ParseNetlinkLine(line);
    if (!socket) return tl::unexpected(socket.error());
    if (socket->port_id == kKernel) return {};
    counts_.Add(socket->protocol);
    // A program may take the address of one that is gone.
    look.Add(std::uint64_t{socket->port_id} << 32 | socket->inode, socket->drops, socket->protocol);
    return {};
  };
  const Result<bool> read = table_.Visit(add, findings.lack);
  if (!read) return tl::unexpected(read.error());
  if (!*read) return {};
  drops_.Keep(look);
  for (const auto& [protocol, count] : counts_.counts()) {
    findings.samples.Add(kSockets, count, NetlinkProtocolName(protocol));
    findings.samples.Add(kDrops, drops_.Sum(protocol), NetlinkProtocolName(protocol));
  }
  return {};
}

}  // namespace sockdiag
