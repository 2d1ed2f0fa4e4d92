#include "collectors/kernel_limits.h"

#include <unistd.h>

#include <array>

#include "proc/proc_files.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

constexpr Metric kSomaxconn{
    "sockdiag_somaxconn", kGauge, {}, "net.core.somaxconn: the largest backlog of a listener."};
constexpr Metric kMaxSynBacklog{
    "sockdiag_tcp_max_syn_backlog",
    kGauge,
    {},
    "tcp_max_syn_backlog: without SYN cookies, new handshakes of a listener are refused when less "
    "than a quarter of it is left."};
constexpr Metric kSyncookies{
    "sockdiag_tcp_syncookies",
    kGauge,
    {},
    "tcp_syncookies: 0 never, 1 when a listener's backlog is full of handshakes, 2 always."};

using Limits = KernelLimitsCollector;
constexpr std::array kMetrics{&Limits::kTimeWaitLimit,
                              &Limits::kTimeWaitEntries,
                              &Limits::kOrphans,
                              &Limits::kOrphansLimit,
                              &Limits::kMemory,
                              &Limits::kMemoryLimit,
                              &kSomaxconn,
                              &kMaxSynBacklog,
                              &kSyncookies};

/// A gauge that is all that its file says.
struct Sysctl {
  const Metric* metric;
  std::string_view file;
};
constexpr std::array kSysctls{Sysctl{&Limits::kTimeWaitLimit, "sys/net/ipv4/tcp_max_tw_buckets"},
                              Sysctl{&Limits::kOrphansLimit, "sys/net/ipv4/tcp_max_orphans"},
                              Sysctl{&kSomaxconn, "sys/net/core/somaxconn"},
                              Sysctl{&kMaxSynBacklog, "sys/net/ipv4/tcp_max_syn_backlog"},
                              Sysctl{&kSyncookies, "sys/net/ipv4/tcp_syncookies"}};

/// The kernel counts it in pages.
double BytesOf(double pages) { return pages * static_cast<double>(sysconf(_SC_PAGESIZE)); }

/// Of the `TCP:` line of sockstat, in its units: the counters that the kernel itself compares with
/// its limits (`sockstat_seq_show()` in net/ipv4/proc.c).
struct TcpSockstat {
  std::optional<double> time_wait;
  std::optional<double> orphans;
  std::optional<double> memory_pages;
};

Result<TcpSockstat> ParseTcpSockstat(std::string_view text) {
  const auto time_wait = SockstatTcpField(text, "tw");
  if (!time_wait) return tl::unexpected(time_wait.error());
  const auto orphans = SockstatTcpField(text, "orphan");
  if (!orphans) return tl::unexpected(orphans.error());
  const auto memory = SockstatTcpField(text, "mem");
  if (!memory) return tl::unexpected(memory.error());
  return TcpSockstat{*time_wait, *orphans, *memory};
}

void AddMemoryLimit(ProcFiles& files, Samples& samples) {
  constexpr std::array kLevels{"min", "pressure", "max"};
  const std::vector<double> pages = files.ReadIntegers("sys/net/ipv4/tcp_mem", kLevels.size());
  for (std::size_t i = 0; i < pages.size(); ++i) {
    samples.Add(Limits::kMemoryLimit, BytesOf(pages[i]), kLevels[i]);
  }
}

void AddUsage(ProcFiles& files, Samples& samples) {
  const auto sockstat = files.Read("thread-self/net/sockstat", ParseTcpSockstat);
  if (!sockstat) return;
  if (sockstat->time_wait) samples.Add(Limits::kTimeWaitEntries, *sockstat->time_wait);
  if (sockstat->orphans) samples.Add(Limits::kOrphans, *sockstat->orphans);
  if (sockstat->memory_pages) samples.Add(Limits::kMemory, BytesOf(*sockstat->memory_pages));
}

}  // namespace

std::span<const Metric* const> KernelLimitsCollector::Metrics() { return kMetrics; }

Result<void> KernelLimitsCollector::Collect(Findings& findings) {
  ProcFiles files(root_);
  for (const auto& [metric, file] : kSysctls) {
    if (const auto limit = files.ReadInteger(file)) findings.samples.Add(*metric, *limit);
  }
  AddMemoryLimit(files, findings.samples);
  AddUsage(files, findings.samples);
  Result<void> read = files.Check();
  if (read && findings.samples.families().empty()) {
    return Fail(root_ + " shows none of the kernel's TCP limits");
  }
  return read;
}

Result<std::optional<double>> SockstatTcpField(std::string_view text, std::string_view key) {
  constexpr std::string_view kName = "TCP:";
  Scanner lines(text);
  std::string_view line;
  while (!lines.IsAtEnd() && !line.starts_with(kName)) line = lines.TakeLine();
  if (!line.starts_with(kName)) return Fail(Excerpt(text) + " has no TCP line");
  Scanner fields(line.substr(kName.size()));
  std::optional<double> found;
  for (std::string_view word = fields.TakeWord(); !word.empty(); word = fields.TakeWord()) {
    const std::optional<double> value = fields.TakeNumber();
    if (!value) return Fail(Excerpt(line) + " is not a line of keys and integers");
    if (word == key && !found) found = value;
  }
  return found;
}

}  // namespace sockdiag
