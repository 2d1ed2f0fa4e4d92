#include "collectors/process_stats.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

TEST(ProcessStats, ReadsItsOwnProcess) {
  const ProcessStats stats = ReadProcessStats();
  EXPECT_GT(stats.cpu_seconds.value(), 0);
  EXPECT_GT(stats.resident_memory_bytes.value(), 100'000);
  EXPECT_GT(stats.virtual_memory_bytes.value(), stats.resident_memory_bytes.value());
  EXPECT_GE(stats.max_fds.value(), stats.open_fds.value());
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(stats.start_time_seconds.value(), now, 600);
}

TEST(ProcessStats, CountsOpenFileDescriptors) {
  const double before = ReadProcessStats().open_fds.value();
  const int fd = dup(0);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(ReadProcessStats().open_fds.value(), before + 1);
  close(fd);
}

TEST(ProcessStats, CountsAllDescriptorsWhenNoneIsLeftToCountWith) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const ProcessStats stats = ReadProcessStats();
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(stats.open_fds, stats.max_fds);
  EXPECT_TRUE(stats.cpu_seconds);
  EXPECT_FALSE(stats.resident_memory_bytes);
  EXPECT_EQ(stats.error, "/proc/self/stat: Too many open files (EMFILE)");
  EXPECT_EQ(ReadProcessStats().error, "");
  EXPECT_TRUE(ReadProcessStats().start_time_seconds);
}

TEST(ProcessStats, ShowsWhatThereIsWithoutProc) {
  const testing::TemporaryDirectory root;
  const ProcessStats stats = ReadProcessStats(root.path());
  EXPECT_TRUE(stats.cpu_seconds);
  EXPECT_TRUE(stats.max_fds);
  EXPECT_FALSE(stats.open_fds);
  EXPECT_FALSE(stats.start_time_seconds);
  EXPECT_EQ(stats.error, "");
}

TEST(ProcessStats, SaysWhichFileIsBroken) {
  const testing::TemporaryDirectory root;
  const std::string path = root.path() + "/self/stat";
  for (const auto& [what, text] : testing::BrokenNumberFiles()) {
    SCOPED_TRACE(what);
    root.Write("self/stat", text);
    const ProcessStats stats = ReadProcessStats(root.path());
    EXPECT_FALSE(stats.resident_memory_bytes);
    EXPECT_TRUE(stats.error.starts_with(path + ": ")) << stats.error;
    EXPECT_LT(stats.error.size(), path.size() + 100);
  }
  root.MakeUnreadable("self/stat");
  EXPECT_EQ(ReadProcessStats(root.path()).error, path + ": Is a directory (EISDIR)");
}

TEST(ProcessStats, ReadsFieldsBehindANameThatHoldsAnything) {
  const auto stat = ParseProcStat(
      "12 (a) S 1 2) R 1 12 12 0 -1 4194560 1 2 3 4 100 200 7 8 20 0 3 0 5555 123456 789 "
      "18446744073709551615 1");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->start_ticks, 5555U);
  EXPECT_EQ(stat->virtual_bytes, 123456U);
  EXPECT_EQ(stat->resident_pages, 789U);
}

TEST(ProcessStats, RejectsWhatIsCut) {
  for (const char* text : {"", "12 (a", "12 (a) R 1 12 12 0 -1", "12 (a) R -1 -1"}) {
    EXPECT_EQ(ParseProcStat(text).error().message,
              "\"" + std::string(text) + "\" is not in the form of proc(5)");
  }
}

}  // namespace
}  // namespace sockdiag
