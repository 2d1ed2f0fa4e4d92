#include "collectors/families/packet.h"

#include <array>
#include <cstdint>

#include "collectors/families/packet_diag.h"
#include "collectors/families/socket_type.h"

namespace sockdiag {
namespace {

constexpr Metric kSockets{"sockdiag_packet_sockets",
                          kGauge,
                          {"type"},
                          "Packet sockets (AF_PACKET), as captures and DHCP clients have them."};
constexpr Metric kDrops{"sockdiag_packet_drops_total",
                        kCounter,
                        {},
                        "Packets that packet sockets without a receive ring dropped, as their "
                        "buffers were full; what one with a ring (libpcap's have one) drops, the "
                        "kernel tells its program alone. A lower bound."};
constexpr std::array kMetrics{&kSockets, &kDrops};

constexpr std::uint32_t kOneGroup = 0;

class PacketTally final : public MessageSink {
 public:
  PacketTally(SeenCounts<std::string_view>& counts, SocketDrops<std::uint32_t>::Look& look)
      : counts_(counts), look_(look) {}

  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<PacketSocket> socket = DecodePacketDiag(message.payload);
    if (!socket) return tl::unexpected(socket.error());
    counts_.Add(SocketTypeName(socket->type));
    if (!socket->has_receive_ring) look_.Add(socket->cookie, socket->drops, kOneGroup);
    return {};
  }

 private:
  SeenCounts<std::string_view>& counts_;
  SocketDrops<std::uint32_t>::Look& look_;
};

}  // namespace

std::span<const Metric* const> PacketCollector::Metrics() { return kMetrics; }

Result<void> PacketCollector::Collect(Findings& findings) {
  counts_.Reset();
  SocketDrops<std::uint32_t>::Look look;
  PacketTally tally(counts_, look);
  const Result<bool> walked = dump_.Walk(PacketDiagRequest(), tally);
  if (!walked) return tl::unexpected(walked.error());
  dump_.TellLack(findings);
  if (!*walked) return {};
  drops_.Keep(look);
  for (const auto& [type, count] : counts_.counts()) {
    findings.samples.Add(kSockets, count, type);
  }
  findings.samples.Add(kDrops, drops_.Sum(kOneGroup));
  return {};
}

}  // namespace sockdiag
