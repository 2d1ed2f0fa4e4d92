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
                        "Packets that packet sockets dropped, as their buffers were full; those "
                        "of a socket since it was last seen are lost with it."};
constexpr std::array kMetrics{&kSockets, &kDrops};

constexpr std::uint32_t kOneGroup = 0;

class PacketTally final : public MessageSink {
 public:
  PacketTally(SeenCounts<std::string_view>& counts, SocketDrops::Look& look)
      : counts_(counts), look_(look) {}

  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<PacketSocket> socket = DecodePacketDiag(message.payload);
    if (!socket) return tl::unexpected(socket.error());
    counts_.Add(SocketTypeName(socket->type));
    look_.Add(kOneGroup, socket->cookie, socket->drops);
    return {};
  }

 private:
  SeenCounts<std::string_view>& counts_;
  SocketDrops::Look& look_;
};

}  // namespace

std::span<const Metric* const> PacketCollector::Metrics() { return kMetrics; }

Result<void> PacketCollector::Collect(Findings& findings) {
  counts_.Reset();
  SocketDrops::Look look = drops_.Begin();
  PacketTally tally(counts_, look);
  const Result<bool> walked = dump_.Walk(PacketDiagRequest(), tally);
  if (!walked) return tl::unexpected(walked.error());
  findings.lack = dump_.lack();
  if (!*walked) return {};
  drops_.Keep(std::move(look));
  for (const auto& [type, count] : counts_.counts()) {
    findings.samples.Add(kSockets, count, type);
  }
  findings.samples.Add(kDrops, drops_.Total(kOneGroup));
  return {};
}

}  // namespace sockdiag
