#include "collect/process_stats.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

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
  EXPECT_FALSE(ParseProcStat(""));
  EXPECT_FALSE(ParseProcStat("12 (a) R 1 12 12 0 -1"));
  EXPECT_FALSE(ParseBootTime("cpu 1 2 3\n"));
  EXPECT_EQ(ParseBootTime("cpu 1 2 3\nbtime 1700000000\nprocesses 5\n"), 1700000000U);
}

}  // namespace
}  // namespace sockdiag
