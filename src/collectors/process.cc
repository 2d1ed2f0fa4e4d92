#include "collectors/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <optional>

#include "base/folder.h"
#include "proc/proc_files.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

constexpr Metric kCpu{
    "process_cpu_seconds_total", kCounter, {}, "Total user and system CPU time spent in seconds."};
constexpr Metric kResident{
    "process_resident_memory_bytes", kGauge, {}, "Resident memory size in bytes."};
constexpr Metric kVirtual{
    "process_virtual_memory_bytes", kGauge, {}, "Virtual memory size in bytes."};
constexpr Metric kOpenFds{"process_open_fds", kGauge, {}, "Number of open file descriptors."};
constexpr Metric kMaxFds{"process_max_fds", kGauge, {}, "Maximum number of open file descriptors."};
constexpr Metric kStart{"process_start_time_seconds",
                        kGauge,
                        {},
                        "Start time of the process since unix epoch in seconds."};

constexpr std::array kMetrics{&kCpu, &kResident, &kVirtual, &kOpenFds, &kMaxFds, &kStart};

constexpr std::size_t kStatLimit = 4096;

std::optional<double> MaxFds() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

Result<std::optional<double>> CountOpenFds(const std::string& path) {
  const Folder directory = OpenFolder(path);
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

void AddStat(const ProcStat& stat, Samples& samples) {
  samples.Add(kResident, static_cast<double>(stat.resident_pages) *
                             static_cast<double>(sysconf(_SC_PAGESIZE)));
  samples.Add(kVirtual, stat.virtual_bytes);
  samples.Add(kStart, StartTime(stat.start_ticks));
}

}  // namespace

std::span<const Metric* const> ProcessCollector::Metrics() { return kMetrics; }

Result<void> ProcessCollector::Collect(Findings& findings) {
  Samples& samples = findings.samples;
  if (const auto seconds = CpuSeconds()) samples.Add(kCpu, *seconds);
  if (const auto limit = MaxFds()) samples.Add(kMaxFds, *limit);
  ProcFiles files(root_);
  const auto open_fds = CountOpenFds(files.Path("self/fd"));
  if (open_fds && *open_fds) samples.Add(kOpenFds, **open_fds);
  const auto stat = files.Read("self/stat", ParseProcStat, kStatLimit);
  if (stat) AddStat(*stat, samples);
  if (!files.errors().empty()) return Fail(files.errors().front());
  if (!open_fds) return tl::unexpected(open_fds.error());
  return {};
}

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

}  // namespace sockdiag
