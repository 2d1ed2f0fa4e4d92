#include "collectors/families/other.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/utf8.h"
#include "collectors/families/protocols_table.h"

namespace sockdiag {
namespace {

constexpr Metric kSockets{"sockdiag_other_sockets",
                          kGauge,
                          {"protocol"},
                          "Sockets of kinds that have no metric of their own, by the kernel's name "
                          "in /proc/net/protocols."};
constexpr std::array kMetrics{&kSockets};

constexpr std::string_view kHeading = "protocol ";

/// What other collectors count.
constexpr std::array<std::string_view, 17> kCountedElsewhere{
    "TCP",   "TCPv6", "UDP",    "UDPv6", "UNIX",    "UNIX-STREAM", "PACKET", "NETLINK", "RAW",
    "RAWv6", "PING",  "PINGv6", "MPTCP", "MPTCPv6", "SCTP",        "SCTPv6", "AF_VSOCK"};

bool IsCountedElsewhere(std::string_view name) {
  return std::find(kCountedElsewhere.begin(), kCountedElsewhere.end(), name) !=
         kCountedElsewhere.end();
}

}  // namespace

std::span<const Metric* const> OtherCollector::Metrics() { return kMetrics; }

OtherCollector::OtherCollector(const ProcReading& reading)
    : table_(reading, "protocols", kHeading) {}

Result<void> OtherCollector::Collect(Findings& findings) {
  constexpr std::size_t kLongestName = 64;
  counts_.Reset();
  const auto add = [&](std::string_view line) -> Result<void> {
    const Result<SocketKind> kind = ParseProtocolsLine(line);
    if (!kind) return tl::unexpected(kind.error());
    if (kind->sockets <= 0 || IsCountedElsewhere(kind->name)) return {};
    counts_.Add(PrintableUtf8(kind->name, kLongestName), static_cast<std::uint64_t>(kind->sockets));
    return {};
  };
  const Result<bool> read = table_.Visit(add, findings.lack);
  if (!read) return tl::unexpected(read.error());
  if (!*read) return {};
  for (const auto& [name, count] : counts_.counts()) findings.samples.Add(kSockets, count, name);
  return {};
}

}  // namespace sockdiag
