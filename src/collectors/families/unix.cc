#include "collectors/families/unix.h"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "base/utf8.h"
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
constexpr Metric kQueueLength{"sockdiag_unix_listen_queue_length",
                              kGauge,
                              {"path"},
                              "Connections that wait for accept() at the unix listeners of that "
                              "path, of collectors.unix.paths; it may be several, in different "
                              "mount namespaces or folders."};
constexpr Metric kQueueLimit{
    "sockdiag_unix_listen_queue_limit",
    kGauge,
    {"path"},
    "The backlogs of the path's unix listeners; of each one more may wait."};
constexpr Metric kPathSaturation{
    "sockdiag_unix_listen_queue_saturation_ratio",
    kGauge,
    {"path"},
    "The fullest accept queue of the path's unix listeners: connections that wait / its backlog; "
    "above 1, and at 1 with a backlog of 0, clients wait or are refused."};
constexpr std::array kMetrics{&kSockets, &kSaturation, &kQueueLength, &kQueueLimit,
                              &kPathSaturation};

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

/// One more than the backlog may wait, so a backlog of 0 is full with one.
double SaturationOf(const UnixSocket::Queue& queue) {
  return static_cast<double>(queue.length) /
         static_cast<double>(std::max<std::uint32_t>(queue.backlog, 1));
}

/// Counts all sockets.
class UnixTally final : public MessageSink {
 public:
  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<UnixSocket> socket = DecodeUnixDiag(message.payload);
    if (!socket) return tl::unexpected(socket.error());
    const auto type = std::find(kTypes.begin(), kTypes.end() - 1, socket->type) - kTypes.begin();
    ++counts_[static_cast<std::size_t>(type)][StateOf(*socket)];
    if (socket->queue) saturation_ = std::max(saturation_, SaturationOf(*socket->queue));
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

  std::array<std::array<std::uint64_t, kStates>, kTypes.size()> counts_{};
  double saturation_ = 0;
};

/// Adds up the queues of listeners whose names globs match, name by name.
class PathTally final : public MessageSink {
 public:
  explicit PathTally(const std::vector<std::string>& globs) : globs_(globs) {}

  DumpResult<void> Add(const NetlinkMessage& message) override {
    const DumpResult<UnixSocket> socket = DecodeUnixDiag(message.payload);
    if (!socket) return tl::unexpected(socket.error());
    if (!socket->queue || socket->name.empty()) return {};
    const std::string name = ShownUnixName(socket->name);
    if (IsWanted(name)) Count(name, *socket->queue);
    return {};
  }

  void Show(Samples& samples) const {
    for (const auto& [path, queue] : queues_) samples.Add(kQueueLength, queue.length, path);
    for (const auto& [path, queue] : queues_) samples.Add(kQueueLimit, queue.limit, path);
    for (const auto& [path, queue] : queues_) samples.Add(kPathSaturation, queue.saturation, path);
  }
  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  /// Several listeners have the same name when a program binds it anew while an old socket is still
  /// open, and where it is not the same file: in mount namespaces of their own, behind chroot(2),
  /// or as a relative path. The kernel would tell the file's inode and device (UDIAG_SHOW_VFS), but
  /// these name a file to nobody who cannot stat(2) it, and change with each bind(2).
  struct Queue {
    std::uint64_t length = 0;
    std::uint64_t limit = 0;
    /// Of the fullest one.
    double saturation = 0;
  };

  [[nodiscard]] bool IsWanted(const std::string& name) const {
    return std::any_of(globs_.begin(), globs_.end(), [&](const std::string& glob) {
      return fnmatch(glob.c_str(), name.c_str(), FNM_PATHNAME | FNM_NOESCAPE) == 0;
    });
  }

  void Count(const std::string& name, const UnixSocket::Queue& queue) {
    Queue& sum = queues_[name];
    sum.length += queue.length;
    sum.limit += queue.backlog;
    sum.saturation = std::max(sum.saturation, SaturationOf(queue));
    if (queues_.size() <= UnixCollector::kMostPaths) return;
    queues_.erase(std::prev(queues_.end()));
    is_cut_ = true;
  }

  const std::vector<std::string>& globs_;
  std::map<std::string, Queue> queues_;
  bool is_cut_ = false;
};

}  // namespace

std::span<const Metric* const> UnixCollector::Metrics() { return kMetrics; }

Result<void> UnixCollector::Collect(Findings& findings) {
  UnixTally tally;
  const Result<bool> walked = dump_.Walk(UnixDiagRequest({}), tally);
  if (!walked) return tl::unexpected(walked.error());
  findings.lack = dump_.lack();
  if (!*walked) return {};
  tally.Show(findings.samples);
  return globs_.empty() ? Result<void>() : CollectPaths(findings);
}

/// A walk of its own, since names of all sockets would cost more than listeners a second time.
Result<void> UnixCollector::CollectPaths(Findings& findings) {
  PathTally tally(globs_);
  const UnixQuestion question{.only_listeners = true, .wants_names = true};
  const Result<bool> walked = dump_.Walk(UnixDiagRequest(question), tally);
  if (!walked) return tl::unexpected(walked.error());
  tally.Show(findings.samples);
  if (tally.is_cut()) {
    findings.lack = "collectors.unix.paths names more than " + std::to_string(kMostPaths) +
                    " listeners: those behind the first ones by name are not shown";
  }
  return {};
}

std::string ShownUnixName(std::string_view name) {
  // `sun_path` has 108 bytes, of which one may become four, as in `\x00`.
  constexpr std::size_t kLongest = 512;
  if (name.starts_with('\0')) return '@' + PrintableUtf8(name.substr(1), kLongest);
  return PrintableUtf8(name.substr(0, name.find('\0')), kLongest);
}

}  // namespace sockdiag
