#include "collect/kernel_limits.h"

#include <unistd.h>

#include <array>
#include <sstream>

#include "base/file.h"

namespace sockdiag {
namespace {

constexpr std::size_t kLimitBytes = 65536;

/// The white-space separated numbers of a file; none when it cannot be read.
std::array<std::optional<double>, 3> ReadNumbers(const std::string& path) {
  std::array<std::optional<double>, 3> numbers;
  const auto text = ReadFile(path, kLimitBytes);
  if (!text) return numbers;
  std::istringstream stream(*text);
  for (std::optional<double>& number : numbers) {
    std::uint64_t value = 0;
    if (!(stream >> value)) break;
    number = static_cast<double>(value);
  }
  return numbers;
}

std::optional<double> Times(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

std::optional<double> ToDouble(std::optional<std::uint64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> SockstatTcpField(std::string_view text, std::string_view key) {
  const std::size_t line_start = text.find("TCP:");
  if (line_start == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(line_start, text.find('\n', line_start) - line_start);
  std::istringstream words{std::string(line.substr(4))};
  std::string word;
  std::uint64_t value = 0;
  while (words >> word >> value) {
    if (word == key) return value;
  }
  return std::nullopt;
}

KernelLimits ReadKernelLimits(const std::string& root) {
  const std::string sysctl = root + "/sys/net/";
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  KernelLimits limits;
  limits.time_wait_limit = ReadNumbers(sysctl + "ipv4/tcp_max_tw_buckets")[0];
  limits.orphans_limit = ReadNumbers(sysctl + "ipv4/tcp_max_orphans")[0];
  limits.somaxconn = ReadNumbers(sysctl + "core/somaxconn")[0];
  limits.max_syn_backlog = ReadNumbers(sysctl + "ipv4/tcp_max_syn_backlog")[0];
  const auto memory = ReadNumbers(sysctl + "ipv4/tcp_mem");
  limits.memory_min_bytes = Times(memory[0], page);
  limits.memory_pressure_bytes = Times(memory[1], page);
  limits.memory_max_bytes = Times(memory[2], page);
  const auto sockstat = ReadFile(root + "/thread-self/net/sockstat", kLimitBytes);
  if (sockstat) {
    limits.orphans = ToDouble(SockstatTcpField(*sockstat, "orphan"));
    limits.memory_bytes = Times(ToDouble(SockstatTcpField(*sockstat, "mem")), page);
  }
  return limits;
}

}  // namespace sockdiag
