#include "collectors/kernel_limits.h"

#include <unistd.h>

#include "proc/proc_files.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

/// Of the `TCP:` line of sockstat, in its units.
struct TcpSockstat {
  std::optional<double> orphans;
  std::optional<double> memory_pages;
};

Result<TcpSockstat> ParseTcpSockstat(std::string_view text) {
  const auto orphans = SockstatTcpField(text, "orphan");
  if (!orphans) return tl::unexpected(orphans.error());
  const auto memory = SockstatTcpField(text, "mem");
  if (!memory) return tl::unexpected(memory.error());
  return TcpSockstat{*orphans, *memory};
}

}  // namespace

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

KernelLimitsReading ReadKernelLimits(const std::string& root) {
  ProcFiles files(root);
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto bytes = [page](double pages) { return pages * page; };
  KernelLimits limits;
  limits.time_wait_limit = files.ReadInteger("sys/net/ipv4/tcp_max_tw_buckets");
  limits.orphans_limit = files.ReadInteger("sys/net/ipv4/tcp_max_orphans");
  limits.somaxconn = files.ReadInteger("sys/net/core/somaxconn");
  limits.max_syn_backlog = files.ReadInteger("sys/net/ipv4/tcp_max_syn_backlog");
  const auto memory = files.ReadIntegers("sys/net/ipv4/tcp_mem", 3);
  if (!memory.empty()) {
    limits.memory_min_bytes = bytes(memory[0]);
    limits.memory_pressure_bytes = bytes(memory[1]);
    limits.memory_max_bytes = bytes(memory[2]);
  }
  const auto sockstat = files.Read("thread-self/net/sockstat", ParseTcpSockstat);
  if (sockstat) limits.orphans = sockstat->orphans;
  if (sockstat && sockstat->memory_pages) limits.memory_bytes = bytes(*sockstat->memory_pages);
  return {limits, files.errors()};
}

}  // namespace sockdiag
