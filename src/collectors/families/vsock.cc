#include "collectors/families/vsock.h"

#include <array>

#include "collectors/families/socket_type.h"
#include "collectors/families/vsock_diag.h"

namespace sockdiag {
namespace {

constexpr Metric kSockets{"sockdiag_vsock_sockets",
                          kGauge,
                          {"type", "state"},
                          "Sockets between virtual machines and their host (AF_VSOCK)."};
constexpr std::array kMetrics{&kSockets};

class VsockTally final : public MessageSink {
 public:
  explicit VsockTally(SeenCounts<std::pair<std::string_view, std::string_view>>& counts)
      : counts_(counts) {}

  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<VsockSocket> socket = DecodeVsockDiag(message.payload);
    if (!socket) return tl::unexpected(socket.error());
    counts_.Add({SocketTypeName(socket->type), VsockStateName(socket->state)});
    return {};
  }

 private:
  SeenCounts<std::pair<std::string_view, std::string_view>>& counts_;
};

}  // namespace

std::span<const Metric* const> VsockCollector::Metrics() { return kMetrics; }

Result<void> VsockCollector::Collect(Findings& findings) {
  counts_.Reset();
  VsockTally tally(counts_);
  const Result<bool> walked = dump_.Walk(VsockDiagRequest(), tally);
  if (!walked) return tl::unexpected(walked.error());
  dump_.TellLack(findings);
  if (!*walked) return {};
  for (const auto& [key, count] : counts_.counts()) {
    findings.samples.Add(kSockets, count, key.first, key.second);
  }
  return {};
}

}  // namespace sockdiag
