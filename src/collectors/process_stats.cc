#include "collectors/process_stats.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <memory>

#include "proc/proc_files.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

constexpr std::size_t kStatLimit = 4096;

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
  Scanner fields(text.substr(name_end + 1), " ");
  // proc(5) counts the fields from 1, and the name is the second.
  for (int field = 3; field < 22; ++field) fields.TakeWord();
  const auto take_number = [&fields] {
    fields.SkipSpace();
    return fields.TakeInteger<std::uint64_t>();
  };
  const auto start = take_number();
  const auto virtual_bytes = take_number();
  const auto resident = take_number();
  if (!start || !virtual_bytes || !resident) return malformed();
  return ProcStat{*start, *virtual_bytes, *resident};
}

ProcessStats ReadProcessStats(const std::string& root) {
  ProcessStats stats;
  stats.cpu_seconds = CpuSeconds();
  stats.max_fds = MaxFds();
  ProcFiles files(root);
  const auto open_fds = CountOpenFds(files.Path("self/fd"));
  if (open_fds) stats.open_fds = *open_fds;
  if (!open_fds) stats.error = open_fds.error().message;
  const auto fields = files.Read("self/stat", ParseProcStat, kStatLimit);
  if (fields) Fill(*fields, stats);
  if (!files.errors().empty()) stats.error = files.errors().front();
  return stats;
}

}  // namespace sockdiag
