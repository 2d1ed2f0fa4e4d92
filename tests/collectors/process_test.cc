#include "collectors/process.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "tests/support/figures.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

using testing::FiguresOf;

struct Reading {
  Samples samples;
  /// Empty when it did not fail.
  std::string error;

  [[nodiscard]] double operator[](const std::string& metric) const {
    return testing::ValueOf(samples, "process_" + metric);
  }
  [[nodiscard]] bool Has(const std::string& metric) const {
    return !FiguresOf(samples, "process_" + metric).empty();
  }
};

Reading Read(const std::string& root = "/proc") {
  ProcessCollector collector(root);
  Findings findings;
  const Result<void> result = collector.Collect(findings);
  return {std::move(findings.samples), result ? "" : result.error().message};
}

TEST(Process, ReadsItself) {
  const Reading process = Read();
  EXPECT_EQ(process.error, "");
  EXPECT_EQ(process.samples.families().size(), ProcessCollector::Metrics().size());
  EXPECT_GT(process["cpu_seconds_total"], 0);
  EXPECT_GT(process["resident_memory_bytes"], 100'000);
  EXPECT_GT(process["virtual_memory_bytes"], process["resident_memory_bytes"]);
  EXPECT_GE(process["max_fds"], process["open_fds"]);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(process["start_time_seconds"], now, 600);
}

TEST(Process, CountsOpenFileDescriptors) {
  const double before = Read()["open_fds"];
  const int fd = dup(0);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(Read()["open_fds"], before + 1);
  close(fd);
}

TEST(Process, CountsAllDescriptorsWhenNoneIsLeftToCountWith) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const Reading process = Read();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(process["open_fds"], process["max_fds"]);
  EXPECT_TRUE(process.Has("cpu_seconds_total"));
  EXPECT_FALSE(process.Has("resident_memory_bytes"));
  EXPECT_EQ(process.error, "/proc/self/stat: Too many open files (EMFILE)");
  EXPECT_EQ(Read().error, "");
}

TEST(Process, ShowsWhatThereIsWithoutProc) {
  const testing::TemporaryDirectory root;
  const Reading process = Read(root.path());
  EXPECT_TRUE(process.Has("cpu_seconds_total"));
  EXPECT_TRUE(process.Has("max_fds"));
  EXPECT_FALSE(process.Has("open_fds"));
  EXPECT_FALSE(process.Has("start_time_seconds"));
  EXPECT_EQ(process.error, "");
}

TEST(Process, SaysWhichFileIsBroken) {
  const testing::TemporaryDirectory root;
  const std::string path = root.path() + "/self/stat";
  for (const auto& [what, text] : testing::BrokenNumberFiles()) {
    SCOPED_TRACE(what);
    root.Write("self/stat", text);
    const Reading process = Read(root.path());
    EXPECT_FALSE(process.Has("resident_memory_bytes"));
    EXPECT_TRUE(process.error.starts_with(path + ": ")) << process.error;
    EXPECT_LT(process.error.size(), path.size() + 100);
  }
  root.MakeUnreadable("self/stat");
  EXPECT_EQ(Read(root.path()).error, path + ": Is a directory (EISDIR)");
}

TEST(Process, ReadsFieldsBehindANameThatHoldsAnything) {
  const auto stat = ParseProcStat(
      "12 (a) S 1 2) R 1 12 12 0 -1 4194560 1 2 3 4 100 200 7 8 20 0 3 0 5555 123456 789 "
      "18446744073709551615 1");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->start_ticks, 5555U);
  EXPECT_EQ(stat->virtual_bytes, 123456U);
  EXPECT_EQ(stat->resident_pages, 789U);
}

TEST(Process, RejectsWhatIsCut) {
  for (const char* text : {"", "12 (a", "12 (a) R 1 12 12 0 -1", "12 (a) R -1 -1"}) {
    EXPECT_EQ(ParseProcStat(text).error().message,
              "\"" + std::string(text) + "\" is not in the form of proc(5)");
  }
}

}  // namespace
}  // namespace sockdiag
