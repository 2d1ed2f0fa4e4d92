#include "collectors/process_stats.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <memory>
#include <system_error>

#include "base/file.h"

namespace sockdiag {
namespace {

constexpr std::size_t kStatLimit = 4096;

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

std::optional<double> MaxFds() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

/// Not with std::filesystem, whose iterator ends the process when memory runs out.
Result<std::optional<double>> CountOpenFds(const std::string& path) {
  const std::unique_ptr<DIR, CloseDirectory> directory(opendir(path.c_str()));
  if (!directory && errno == ENOENT) return std::nullopt;
  // There is no descriptor to count with: all are in use.
  if (!directory && errno == EMFILE) return MaxFds();
  if (!directory) return FailErrno(path, errno);
  double count = 0;
  errno = 0;
  while (const dirent* entry = readdir(directory.get())) {
    if (entry->d_name[0] != '.') ++count;
  }
  if (errno != 0) return FailErrno(path, errno);
  return count - 1;  // the directory that was just read
}

std::optional<double> CpuSeconds() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// The kernel counts a process's start from its boot, CLOCK_BOOTTIME. When that was is asked once:
/// the start of a process must not move when somebody sets the clock.
double StartTime(std::uint64_t start_ticks) {
  static const double boot_time = Seconds(CLOCK_REALTIME) - Seconds(CLOCK_BOOTTIME);
  return boot_time + static_cast<double>(start_ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void Fill(const ProcStat& fields, ProcessStats& stats) {
  stats.virtual_memory_bytes = static_cast<double>(fields.virtual_bytes);
  stats.resident_memory_bytes =
      static_cast<double>(fields.resident_pages) * static_cast<double>(sysconf(_SC_PAGESIZE));
  stats.start_time_seconds = StartTime(fields.start_ticks);
}

}  // namespace

Result<ProcStat> ParseProcStat(std::string_view text) {
  const auto malformed = [text] { return Fail(Excerpt(text) + " is not in the form of proc(5)"); };
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return malformed();
  text.remove_prefix(name_end + 1);
  SkipWords(text, 19);  // to field 22
  const auto start = TakeNumber(text);
  const auto virtual_bytes = TakeNumber(text);
  const auto resident = TakeNumber(text);
  if (!start || !virtual_bytes || !resident) return malformed();
  return ProcStat{*start, *virtual_bytes, *resident};
}

ProcessStats ReadProcessStats(const std::string& root) {
  ProcessStats stats;
  stats.cpu_seconds = CpuSeconds();
  stats.max_fds = MaxFds();
  const auto open_fds = CountOpenFds(root + "/self/fd");
  if (open_fds) stats.open_fds = *open_fds;
  if (!open_fds) stats.error = open_fds.error().message;
  const std::string path = root + "/self/stat";
  const auto text = ReadFileIfAny(path, kStatLimit);
  if (!text) stats.error = text.error().message;
  if (!text || !*text) return stats;
  const auto fields = ParseProcStat(**text);
  if (fields) Fill(*fields, stats);
  if (!fields) stats.error = path + ": " + fields.error().message;
  return stats;
}

}  // namespace sockdiag
