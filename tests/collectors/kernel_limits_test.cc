#include "collectors/kernel_limits.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "metrics/text.h"
#include "tests/support/figures.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

using testing::FiguresOf;
using testing::ValueOf;

/// Every file that is read, with what a healthy kernel has in it.
const std::pair<const char*, const char*> kFiles[] = {
    {"sys/net/ipv4/tcp_max_tw_buckets", "131072\n"},
    {"sys/net/ipv4/tcp_max_orphans", "65536\n"},
    {"sys/net/ipv4/tcp_mem", "100\t200\t300\n"},
    {"sys/net/ipv4/tcp_max_syn_backlog", "512\n"},
    {"sys/net/ipv4/tcp_syncookies", "1\n"},
    {"sys/net/core/somaxconn", "4096\n"},
    {"thread-self/net/sockstat",
     "sockets: used 300\nTCP: inuse 5 orphan 2 tw 7 alloc 9 mem 11\nUDP: inuse 1 mem 3\n"}};

class KernelLimitsTest : public ::testing::Test {
 protected:
  struct Reading {
    Samples samples;
    /// Empty when it did not fail.
    std::string error;
  };

  void WriteAll() const {
    for (const auto& [file, text] : kFiles) root_.Write(file, text);
  }
  [[nodiscard]] Reading Read() const {
    KernelLimitsCollector collector(root_.path());
    Findings findings;
    const Result<void> result = collector.Collect(findings);
    return {std::move(findings.samples), result ? "" : result.error().message};
  }
  /// What is shown when this file is not there.
  [[nodiscard]] std::string Without(const std::string& file) const {
    root_.Remove(file);
    return ToText(Read().samples);
  }

  const testing::TemporaryDirectory root_;
  const double page_ = static_cast<double>(sysconf(_SC_PAGESIZE));
};

TEST_F(KernelLimitsTest, ReadsEveryFile) {
  WriteAll();
  const auto [samples, error] = Read();
  EXPECT_EQ(error, "");
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_time_wait_limit"), 131072);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_time_wait_entries"), 7);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_orphans"), 2);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_orphans_limit"), 65536);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_memory_bytes"), 11 * page_);
  EXPECT_EQ(
      FiguresOf(samples, "sockdiag_tcp_memory_limit_bytes"),
      (testing::Figures{{"min", 100 * page_}, {"pressure", 200 * page_}, {"max", 300 * page_}}));
  EXPECT_EQ(ValueOf(samples, "sockdiag_somaxconn"), 4096);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_max_syn_backlog"), 512);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_syncookies"), 1);
  EXPECT_EQ(samples.families().size(), KernelLimitsCollector::Metrics().size());
}

TEST_F(KernelLimitsTest, AnAbsentFileOnlyDropsItsOwnFigure) {
  root_.Write("sys/net/core/somaxconn", "4096\n");
  const auto [samples, error] = Read();
  EXPECT_EQ(samples.families().size(), 1U);
  EXPECT_EQ(ValueOf(samples, "sockdiag_somaxconn"), 4096);
  EXPECT_EQ(error, "");
}

TEST_F(KernelLimitsTest, ABrokenFileIsNamedAndOnlyDropsItsOwnFigures) {
  for (const auto& [what, text] : testing::BrokenNumberFiles()) {
    for (const auto& [file, good] : kFiles) {
      SCOPED_TRACE(what + " " + file);
      WriteAll();
      const std::string expected = Without(file);
      root_.Write(file, text);
      const auto [samples, error] = Read();
      EXPECT_EQ(ToText(samples), expected);
      EXPECT_TRUE(error.starts_with(root_.path() + "/" + file + ": ")) << error;
      EXPECT_LT(error.size(), root_.path().size() + 150) << "one file is named";
    }
  }
}

TEST_F(KernelLimitsTest, AnUnreadableFileIsNamedAndOnlyDropsItsOwnFigures) {
  for (const auto& [file, good] : kFiles) {
    SCOPED_TRACE(file);
    WriteAll();
    const std::string expected = Without(file);
    root_.MakeUnreadable(file);
    const auto [samples, error] = Read();
    EXPECT_EQ(ToText(samples), expected);
    EXPECT_EQ(error, root_.path() + "/" + file + ": Is a directory (EISDIR)");
  }
}

TEST_F(KernelLimitsTest, NamesEachFileThatIsBroken) {
  WriteAll();
  root_.MakeUnreadable("sys/net/ipv4/tcp_mem");
  root_.Write("sys/net/core/somaxconn", "");
  EXPECT_EQ(Read().error, root_.path() + "/sys/net/core/somaxconn: \"\" is not an integer; " +
                              root_.path() + "/sys/net/ipv4/tcp_mem: Is a directory (EISDIR)");
}

TEST_F(KernelLimitsTest, TakesNegativeNumbersAsTheKernelDoes) {
  root_.Write("sys/net/ipv4/tcp_max_orphans", "-1\n");
  const auto [samples, error] = Read();
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_orphans_limit"), -1);
  EXPECT_EQ(error, "");
}

TEST_F(KernelLimitsTest, FailsWhenThereIsNoFileAtAll) {
  const auto [samples, error] = Read();
  EXPECT_EQ(error, root_.path() + " shows none of the kernel's TCP limits");
  EXPECT_TRUE(samples.families().empty());
}

TEST(KernelLimits, ReadsThisKernel) {
  KernelLimitsCollector collector;
  Findings findings;
  EXPECT_TRUE(collector.Collect(findings));
  EXPECT_GT(ValueOf(findings.samples, "sockdiag_somaxconn"), 0);
  EXPECT_GE(ValueOf(findings.samples, "sockdiag_tcp_orphans"), 0);
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
