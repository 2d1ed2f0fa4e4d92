#include "collect/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/file.h"

namespace sockdiag {
namespace {

constexpr std::size_t kStatLimit = 4096;
/// /proc/stat has a line for each CPU and interrupt.
constexpr std::size_t kSystemStatLimit = 16 << 20;

std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

void SkipWords(std::string_view& text, int count) {
  for (int i = 0; i < count; ++i) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    text.remove_prefix(std::min(text.find(' '), text.size()));
  }
}

std::optional<double> CountOpenFds() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  double count = 0;
  while (!error && entries != std::filesystem::directory_iterator()) {
    ++count;
    entries.increment(error);
  }
  if (error) return std::nullopt;
  return count - 1;  // the directory that was just read
}

std::optional<double> MaxFds() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

std::optional<double> CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<std::uint64_t> ReadBootTime() {
  const auto text = ReadFile("/proc/stat", kSystemStatLimit);
  return text ? ParseBootTime(*text) : std::nullopt;
}

std::optional<double> StartTime(std::uint64_t start_ticks) {
  // Read once: it costs more than all the rest.
  static const std::optional<std::uint64_t> boot_time = ReadBootTime();
  if (!boot_time) return std::nullopt;
  return static_cast<double>(*boot_time) +
         static_cast<double>(start_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

std::optional<ProcStat> ParseProcStat(std::string_view text) {
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  text.remove_prefix(name_end + 1);
  SkipWords(text, 19);  // to field 22
  const auto start = TakeNumber(text);
  const auto virtual_bytes = TakeNumber(text);
  const auto resident = TakeNumber(text);
  if (!start || !virtual_bytes || !resident) return std::nullopt;
  return ProcStat{*start, *virtual_bytes, *resident};
}

std::optional<std::uint64_t> ParseBootTime(std::string_view text) {
  constexpr std::string_view kKey = "\nbtime ";
  const std::size_t place = text.find(kKey);
  if (place == std::string_view::npos) return std::nullopt;
  text.remove_prefix(place + kKey.size());
  return TakeNumber(text);
}

ProcessStats ReadProcessStats() {
  ProcessStats stats;
  stats.cpu_seconds = CpuSeconds();
  stats.open_fds = CountOpenFds();
  stats.max_fds = MaxFds();
  const auto text = ReadFile("/proc/self/stat", kStatLimit);
  const auto fields = text ? ParseProcStat(*text) : std::nullopt;
  if (!fields) return stats;
  stats.virtual_memory_bytes = static_cast<double>(fields->virtual_bytes);
  stats.resident_memory_bytes =
      static_cast<double>(fields->resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
  stats.start_time_seconds = StartTime(fields->start_ticks);
  return stats;
}

}  // namespace sockdiag
