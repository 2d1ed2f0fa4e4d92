#include "collectors/conntrack.h"

#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

#include "proc/proc_files.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

constexpr const char* kEntriesFile = "sys/net/netfilter/nf_conntrack_count";
constexpr const char* kLimitFile = "sys/net/netfilter/nf_conntrack_max";
constexpr const char* kStatFile = "thread-self/net/stat/nf_conntrack";
/// A line for each of thousands of CPUs.
constexpr std::size_t kStatLimitBytes = 1 << 20;

std::optional<std::uint64_t> ParseHexadecimal(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

/// The counters that the words of the first line name, begun at 0; null for the others.
std::vector<std::optional<std::uint64_t>*> FindCounters(std::string_view names_line,
                                                        ConntrackDrops& drops) {
  std::vector<std::optional<std::uint64_t>*> counters;
  Scanner names(names_line);
  for (std::string_view name = names.TakeWord(); !name.empty(); name = names.TakeWord()) {
    auto* counter = name == "drop"            ? &drops.drop
                    : name == "early_drop"    ? &drops.early_drop
                    : name == "insert_failed" ? &drops.insert_failed
                                              : nullptr;
    if (counter != nullptr) *counter = 0;
    counters.push_back(counter);
  }
  return counters;
}

void ShowDrops(const ConntrackDrops& drops, Samples& samples) {
  if (drops.drop) samples.Add(ConntrackCollector::kDrops, *drops.drop, "drop");
  if (drops.early_drop) samples.Add(ConntrackCollector::kDrops, *drops.early_drop, "early_drop");
  if (drops.insert_failed) samples.Add(ConntrackCollector::kInsertFailures, *drops.insert_failed);
}

}  // namespace

Result<ConntrackDrops> ParseConntrackStat(std::string_view text) {
  ConntrackDrops drops;
  Scanner lines(text);
  const auto counters = FindCounters(lines.TakeLine(), drops);
  if (counters.empty() || lines.IsAtEnd()) return Fail("it has no line of a CPU");
  while (!lines.IsAtEnd()) {
    Scanner words(lines.TakeLine());
    for (auto* counter : counters) {
      const std::string_view word = words.TakeWord();
      const std::optional<std::uint64_t> value = ParseHexadecimal(word);
      if (!value) return Fail(Excerpt(word) + " is not a hexadecimal number");
      if (counter != nullptr) **counter += *value;
    }
    if (!words.TakeWord().empty()) return Fail("a CPU has more numbers than there are names");
  }
  return drops;
}

Result<void> ConntrackCollector::Collect(Findings& findings) {
  ProcFiles files(root_);
  Samples& samples = findings.samples;
  if (const auto entries = files.ReadInteger(kEntriesFile)) samples.Add(kEntries, *entries);
  const auto limit = files.ReadInteger(kLimitFile);
  if (limit && *limit > 0) samples.Add(kLimit, *limit);
  if (const auto drops = files.Read(kStatFile, ParseConntrackStat, kStatLimitBytes)) {
    ShowDrops(*drops, samples);
  }
  Result<void> read = files.Check();
  if (read && samples.families().empty()) findings.lack = "connections are not tracked here";
  return read;
}

}  // namespace sockdiag
