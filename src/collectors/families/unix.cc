#include "collectors/families/unix.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "collectors/families/socket_type.h"
#include "collectors/families/unix_diag.h"

namespace sockdiag {
namespace {

constexpr Metric kSockets{"sockdiag_unix_sockets",
                          kGauge,
                          {"type", "state"},
                          "Unix sockets that a program holds; what no accept() has taken yet is "
                          "not among them."};
constexpr Metric kSaturation{
    "sockdiag_unix_listen_queue_saturation_max_ratio",
    kGauge,
    {},
    "The fullest accept queue of a unix listener: connections that wait "
    "/ its backlog; above 1, and at 1 with a backlog of 0, clients wait or are "
    "refused."};
constexpr std::array kMetrics{&kSockets, &kSaturation, &NamedListeners::kQueueLength,
                              &NamedListeners::kQueueLimit, &NamedListeners::kSaturation};

enum State : std::size_t { kEstablished, kListen, kUnconnected, kUnknownState, kStates };
constexpr std::array<std::string_view, kStates> kStateNames{"established", "listen", "unconnected",
                                                            "unknown"};
State StateOf(const UnixSocket& socket) {
  switch (socket.state) {
    case UnixSocket::kEstablished:
      return kEstablished;
    case UnixSocket::kListen:
      return kListen;
    case UnixSocket::kUnconnected:
      return kUnconnected;
    default:
      return kUnknownState;
  }
}

/// The types of unix(7), and one place for any other.
constexpr std::array<std::uint8_t, 4> kTypes{SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET, 0};

/// Counts all sockets, and shows the listeners to those that are shown by name.
class UnixTally final : public MessageSink {
 public:
  explicit UnixTally(NamedListeners& named) : named_(named) {}

  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<UnixSocket> socket = DecodeUnixDiag(message.payload);
    if (!socket) return tl::unexpected(socket.error());
    const auto type = std::find(kTypes.begin(), kTypes.end() - 1, socket->type) - kTypes.begin();
    ++counts_[static_cast<std::size_t>(type)][StateOf(*socket)];
    if (!socket->queue) return {};
    saturation_ = std::max(saturation_, socket->queue->Saturation());
    if (named_.IsWanted()) named_.Add(*socket);
    return {};
  }

  void Show(Samples& samples) const {
    for (std::size_t type = 0; type < kTypes.size(); ++type) {
      for (std::size_t state = 0; state < kStates; ++state) {
        const std::uint64_t count = counts_[type][state];
        if (count == 0 && !IsUsual(type, State{state})) continue;
        samples.Add(kSockets, count, SocketTypeName(kTypes[type]), kStateNames[state]);
      }
    }
    samples.Add(kSaturation, saturation_);
  }

 private:
  /// What is shown at 0, too. No datagram socket listens.
  static bool IsUsual(std::size_t type, State state) {
    return kTypes[type] != 0 && state != kUnknownState &&
           (kTypes[type] != SOCK_DGRAM || state != kListen);
  }

  NamedListeners& named_;
  std::array<std::array<std::uint64_t, kStates>, kTypes.size()> counts_{};
  double saturation_ = 0;
};

/// Shows listeners with their names.
class NameSink final : public MessageSink {
 public:
  explicit NameSink(NamedListeners& named) : named_(named) {}

  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<UnixSocket> socket = DecodeUnixDiag(message.payload);
    if (!socket) return tl::unexpected(socket.error());
    if (socket->queue) named_.AddNamed(*socket);
    return {};
  }

 private:
  NamedListeners& named_;
};

}  // namespace

std::span<const Metric* const> UnixCollector::Metrics() { return kMetrics; }

Result<void> UnixCollector::Collect(Findings& findings) {
  named_.Begin();
  UnixTally tally(named_);
  const Result<bool> walked = dump_.Walk(UnixDiagRequest({}), tally);
  if (!walked) return tl::unexpected(walked.error());
  dump_.TellLack(findings);
  if (!*walked) return {};
  tally.Show(findings.samples);
  return named_.IsWanted() ? CollectNamed(findings) : Result<void>();
}

/// Names have a walk of their own, since those of all sockets would cost more than listeners a
/// second time.
Result<void> UnixCollector::CollectNamed(Findings& findings) {
  if (named_.NeedsNames()) {
    NameSink sink(named_);
    const UnixQuestion question{.only_listeners = true, .wants_names = true};
    const Result<bool> walked = dump_.Walk(UnixDiagRequest(question), sink);
    if (!walked) return tl::unexpected(walked.error());
    dump_.TellLack(findings);
    if (!*walked) return {};
  }
  named_.End();
  named_.Show(findings.samples);
  if (named_.LeavesOut()) {
    findings.lack = "collectors.unix.paths names listeners of more than " +
                    std::to_string(NamedListeners::kMostNames) +
                    " paths: those that came later are not shown";
    findings.is_beyond_limit = true;
  }
  return {};
}

}  // namespace sockdiag
