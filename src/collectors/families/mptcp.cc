#include "collectors/families/mptcp.h"

#include <array>
#include <cstdint>

#include "collectors/families/inet_family_diag.h"
#include "sockets/source/inet_diag_codec.h"

namespace sockdiag {
namespace {

constexpr Metric kSockets{"sockdiag_mptcp_sockets",
                          kGauge,
                          {"family", "state"},
                          "MPTCP sockets. Their subflows are TCP sockets and among "
                          "sockdiag_sockets: never add the two."};
constexpr std::array kMetrics{&kSockets};

/// IPPROTO_MPTCP, which older headers lack.
constexpr std::uint16_t kMptcp = 262;

class MptcpTally final : public SocketSink {
 public:
  explicit MptcpTally(SeenCounts<std::pair<Family, SocketState>>& counts) : counts_(counts) {}
  void Add(const SocketRecord& record) override { counts_.Add({record.family, record.state}); }

 private:
  SeenCounts<std::pair<Family, SocketState>>& counts_;
};

}  // namespace

std::span<const Metric* const> MptcpCollector::Metrics() { return kMetrics; }

Result<void> MptcpCollector::Collect(Findings& findings) {
  if (clock_.Now() >= next_look_) {
    const Result<bool> counted = Count();
    if (!counted) return tl::unexpected(counted.error());
  }
  dump_.TellLack(findings);
  if (!findings.lack.empty()) return {};
  for (const auto& [key, count] : counts_.counts()) {
    findings.samples.Add(kSockets, count, Name(key.first), Name(key.second));
  }
  return {};
}

/// False when the kernel does not list them.
Result<bool> MptcpCollector::Count() {
  counts_.Reset();
  MptcpTally tally(counts_);
  // Records and states are those of TCP.
  InetDiagDecoder decoder(Protocol::kTcp, tally);
  for (const Family family : kFamilies) {
    Result<bool> walked = dump_.Walk(InetFamilyRequest(family, kMptcp), decoder);
    if (!walked || !*walked) return walked;
  }
  if (counts_.counts().empty()) next_look_ = clock_.Now() + kPause;
  return true;
}

}  // namespace sockdiag
