#include "collectors/kernel_limits.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/file.h"
#include "base/words.h"

namespace sockdiag {
namespace {

constexpr std::size_t kLimitBytes = 65536;
constexpr std::string_view kSpace = " \t\n";

template <typename Integer>
std::optional<double> ParseAs(std::string_view word) {
  Integer value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  const bool is_whole = error == std::errc() && end == word.data() + word.size();
  return is_whole ? std::optional(static_cast<double>(value)) : std::nullopt;
}

/// Of 64 bits, with a sign or without.
std::optional<double> ParseInteger(std::string_view word) {
  const std::optional<double> value = ParseAs<std::int64_t>(word);
  return value ? value : ParseAs<std::uint64_t>(word);
}

/// Reads files below a directory, and notes what is wrong with them.
class Files {
 public:
  explicit Files(std::string root) : root_(std::move(root)) {}

  /// What `parse` makes of the file; nothing when there is none, or something is wrong with it.
  template <typename Parse>
  auto Read(const std::string& file, Parse&& parse) -> typename decltype(parse(""))::value_type {
    const std::string path = root_ + file;
    const auto text = ReadFileIfAny(path, kLimitBytes);
    if (!text) errors_.push_back(text.error().message);
    if (!text || !*text) return {};
    auto parsed = parse(**text);
    if (parsed) return *std::move(parsed);
    errors_.push_back(path + ": " + parsed.error().message);
    return {};
  }

  std::optional<double> ReadInteger(const std::string& file) {
    const auto integer = Read(file, [](std::string_view text) { return ParseIntegers(text, 1); });
    return integer.empty() ? std::nullopt : std::optional(integer.front());
  }

  [[nodiscard]] std::vector<std::string> TakeErrors() { return std::move(errors_); }

 private:
  const std::string root_;
  std::vector<std::string> errors_;
};

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

Result<std::vector<double>> ParseIntegers(std::string_view text, std::size_t count) {
  std::vector<double> integers;
  std::string_view rest = text;
  std::string_view word = TakeWord(rest, kSpace);
  while (!word.empty() && integers.size() < count) {
    const std::optional<double> integer = ParseInteger(word);
    if (!integer) break;
    integers.push_back(*integer);
    word = TakeWord(rest, kSpace);
  }
  if (word.empty() && integers.size() == count) return integers;
  return Fail(Excerpt(text) + " is not " +
              (count == 1 ? "an integer" : std::to_string(count) + " integers"));
}

Result<std::optional<double>> SockstatTcpField(std::string_view text, std::string_view key) {
  constexpr std::string_view kName = "TCP:";
  std::string_view lines = text;
  std::string_view line;
  while (!lines.empty() && !line.starts_with(kName)) {
    line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
  if (!line.starts_with(kName)) return Fail(Excerpt(text) + " has no TCP line");
  std::string_view rest = line.substr(kName.size());
  std::optional<double> found;
  for (std::string_view word = TakeWord(rest, kSpace); !word.empty();
       word = TakeWord(rest, kSpace)) {
    const std::optional<double> value = ParseInteger(TakeWord(rest, kSpace));
    if (!value) return Fail(Excerpt(line) + " is not a line of keys and integers");
    if (word == key && !found) found = value;
  }
  return found;
}

KernelLimitsReading ReadKernelLimits(const std::string& root) {
  Files files(root);
  const double page = static_cast<double>(sysconf(_SC_PAGESIZE));
  const auto bytes = [page](double pages) { return pages * page; };
  KernelLimits limits;
  limits.time_wait_limit = files.ReadInteger("/sys/net/ipv4/tcp_max_tw_buckets");
  limits.orphans_limit = files.ReadInteger("/sys/net/ipv4/tcp_max_orphans");
  limits.somaxconn = files.ReadInteger("/sys/net/core/somaxconn");
  limits.max_syn_backlog = files.ReadInteger("/sys/net/ipv4/tcp_max_syn_backlog");
  const auto memory = files.Read("/sys/net/ipv4/tcp_mem",
                                 [](std::string_view text) { return ParseIntegers(text, 3); });
  if (!memory.empty()) {
    limits.memory_min_bytes = bytes(memory[0]);
    limits.memory_pressure_bytes = bytes(memory[1]);
    limits.memory_max_bytes = bytes(memory[2]);
  }
  const TcpSockstat sockstat = files.Read("/thread-self/net/sockstat", ParseTcpSockstat);
  limits.orphans = sockstat.orphans;
  if (sockstat.memory_pages) limits.memory_bytes = bytes(*sockstat.memory_pages);
  return {limits, files.TakeErrors()};
}

}  // namespace sockdiag
