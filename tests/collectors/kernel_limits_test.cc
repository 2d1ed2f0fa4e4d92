#include "collectors/kernel_limits.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "collectors/kernel_limits_collector.h"
#include "tests/support/figures.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

using Errors = std::vector<std::string>;

/// Every file that is read, with what a healthy kernel has in it.
const std::pair<const char*, const char*> kFiles[] = {
    {"sys/net/ipv4/tcp_max_tw_buckets", "131072\n"},
    {"sys/net/ipv4/tcp_max_orphans", "65536\n"},
    {"sys/net/ipv4/tcp_mem", "100\t200\t300\n"},
    {"sys/net/ipv4/tcp_max_syn_backlog", "512\n"},
    {"sys/net/core/somaxconn", "4096\n"},
    {"thread-self/net/sockstat",
     "sockets: used 300\nTCP: inuse 5 orphan 2 tw 7 alloc 9 mem 11\nUDP: inuse 1 mem 3\n"}};

class KernelLimitsTest : public ::testing::Test {
 protected:
  void WriteAll() const {
    for (const auto& [file, text] : kFiles) root_.Write(file, text);
  }
  [[nodiscard]] KernelLimitsReading Read() const { return ReadKernelLimits(root_.path()); }
  /// All of them, but those that come from this file.
  [[nodiscard]] KernelLimits Without(const std::string& file) const {
    root_.Remove(file);
    return Read().limits;
  }

  const testing::TemporaryDirectory root_;
  const double page_ = static_cast<double>(sysconf(_SC_PAGESIZE));
};

TEST_F(KernelLimitsTest, ReadsEveryFile) {
  WriteAll();
  const auto [limits, errors] = Read();
  EXPECT_EQ(limits.time_wait_limit, 131072);
  EXPECT_EQ(limits.orphans, 2);
  EXPECT_EQ(limits.orphans_limit, 65536);
  EXPECT_EQ(limits.memory_bytes, 11 * page_);
  EXPECT_EQ(limits.memory_min_bytes, 100 * page_);
  EXPECT_EQ(limits.memory_pressure_bytes, 200 * page_);
  EXPECT_EQ(limits.memory_max_bytes, 300 * page_);
  EXPECT_EQ(limits.somaxconn, 4096);
  EXPECT_EQ(limits.max_syn_backlog, 512);
  EXPECT_EQ(errors, Errors());
}

TEST_F(KernelLimitsTest, AnAbsentFileOnlyDropsItsOwnFigure) {
  root_.Write("sys/net/core/somaxconn", "4096\n");
  KernelLimits expected;
  expected.somaxconn = 4096;
  EXPECT_EQ(Read().limits, expected);
  EXPECT_EQ(Read().errors, Errors());
}

TEST_F(KernelLimitsTest, ABrokenFileIsNamedAndOnlyDropsItsOwnFigures) {
  for (const auto& [what, text] : testing::BrokenNumberFiles()) {
    for (const auto& [file, good] : kFiles) {
      SCOPED_TRACE(what + " " + file);
      WriteAll();
      const KernelLimits expected = Without(file);
      root_.Write(file, text);
      const auto [limits, errors] = Read();
      EXPECT_EQ(limits, expected);
      ASSERT_EQ(errors.size(), 1U);
      EXPECT_TRUE(errors.front().starts_with(root_.path() + "/" + file + ": ")) << errors.front();
      EXPECT_LT(errors.front().size(), root_.path().size() + 150);
    }
  }
}

TEST_F(KernelLimitsTest, AnUnreadableFileIsNamedAndOnlyDropsItsOwnFigures) {
  for (const auto& [file, good] : kFiles) {
    SCOPED_TRACE(file);
    WriteAll();
    const KernelLimits expected = Without(file);
    root_.MakeUnreadable(file);
    const auto [limits, errors] = Read();
    EXPECT_EQ(limits, expected);
    EXPECT_EQ(errors, Errors{root_.path() + "/" + file + ": Is a directory (EISDIR)"});
  }
}

TEST_F(KernelLimitsTest, TakesNegativeNumbersAsTheKernelDoes) {
  root_.Write("sys/net/ipv4/tcp_max_orphans", "-1\n");
  EXPECT_EQ(Read().limits.orphans_limit, -1);
  EXPECT_EQ(Read().errors, Errors());
}

TEST_F(KernelLimitsTest, TheCollectorShowsWhatItCouldReadAndSaysWhatNot) {
  WriteAll();
  KernelLimitsCollector collector(root_.path());
  Findings all;
  ASSERT_TRUE(collector.Collect(all));
  for (const Metric* metric : KernelLimitsCollector::kMetrics) {
    EXPECT_TRUE(all.samples.Has(*metric)) << metric->name;
  }
  root_.MakeUnreadable("sys/net/ipv4/tcp_mem");
  root_.Write("sys/net/core/somaxconn", "");
  Findings some;
  const Result<void> result = collector.Collect(some);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message,
            root_.path() + "/sys/net/core/somaxconn: \"\" is not an integer; " + root_.path() +
                "/sys/net/ipv4/tcp_mem: Is a directory (EISDIR)");
  EXPECT_EQ(testing::ValueOf(some.samples, KernelLimitsCollector::kOrphans), 2);
  EXPECT_FALSE(some.samples.Has(KernelLimitsCollector::kSomaxconn));
  EXPECT_FALSE(some.samples.Has(KernelLimitsCollector::kMemoryLimit));
}

TEST_F(KernelLimitsTest, TheCollectorFailsWhenThereIsNoFileAtAll) {
  KernelLimitsCollector collector(root_.path());
  Findings findings;
  EXPECT_EQ(collector.Collect(findings).error().message,
            root_.path() + " shows none of the kernel's TCP limits");
  EXPECT_TRUE(findings.samples.families().empty());
}

TEST(KernelLimits, ReadsThisKernel) {
  const auto [limits, errors] = ReadKernelLimits();
  EXPECT_TRUE(limits.somaxconn);
  EXPECT_TRUE(limits.orphans);
  EXPECT_EQ(errors, Errors());
}

TEST(KernelLimits, TakesFieldsOfTheTcpLineAlone) {
  EXPECT_EQ(SockstatTcpField("UDP: mem 3\nTCP: inuse 5 mem 11\n", "mem"), 11);
  EXPECT_EQ(SockstatTcpField("TCP: mem -2", "mem"), -2);
  EXPECT_EQ(SockstatTcpField("TCP: inuse 5\nUDP: mem 3\n", "mem"), std::nullopt);
  EXPECT_EQ(SockstatTcpField("TCP:\n", "mem"), std::nullopt);
  for (const char* text : {"", "\n", "UDP: mem 3\n", "TCP6: mem 3\n", "TCP: mem", "TCP: mem x",
                           "TCP: inuse mem 3", "TCP: mem 99999999999999999999"}) {
    EXPECT_FALSE(SockstatTcpField(text, "mem")) << text;
  }
}

}  // namespace
}  // namespace sockdiag
