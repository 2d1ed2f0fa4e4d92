#include "collect/kernel_limits.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "base/file.h"

namespace sockdiag {
namespace {

constexpr std::size_t kLimitBytes = 65536;

/// Takes the next of the words that white space separates off a text; empty at its end.
std::string_view TakeWord(std::string_view& text) {
  constexpr std::string_view kSpace = " \t\n";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

/// Nothing for a negative one, which the kernel takes for some limits: with tcp_max_tw_buckets at
/// -1 there is no limit.
std::optional<std::uint64_t> ParseNumber(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<double> ToDouble(std::optional<std::uint64_t> value) {
  return value ? std::optional(static_cast<double>(*value)) : std::nullopt;
}

/// The numbers that a file begins with; none when it cannot be read.
std::array<std::optional<double>, 3> ReadNumbers(const std::string& path) {
  std::array<std::optional<double>, 3> numbers;
  const auto text = ReadFile(path, kLimitBytes);
  if (!text) return numbers;
  std::string_view rest = *text;
  for (std::optional<double>& number : numbers) {
    number = ToDouble(ParseNumber(TakeWord(rest)));
    if (!number) break;
  }
  return numbers;
}

std::optional<double> Times(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> SockstatTcpField(std::string_view text, std::string_view key) {
  const std::size_t line_start = text.find("TCP:");
  if (line_start == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(line_start, text.find('\n', line_start) - line_start);
  std::string_view rest = line.substr(4);
  while (true) {
    const std::string_view name = TakeWord(rest);
    const std::optional<std::uint64_t> value = ParseNumber(TakeWord(rest));
    if (!value || name == key) return value;
  }
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
