#include "collect/kernel_limits.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace sockdiag {
namespace {

class KernelLimitsTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(root_); }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void Write(const std::string& path, const std::string& text) const {
    const std::filesystem::path file = root_ + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  const std::string root_ = ::testing::TempDir() + "kernel_limits_" + std::to_string(getpid());
  const double page_ = static_cast<double>(sysconf(_SC_PAGESIZE));
};

TEST_F(KernelLimitsTest, ReadsEveryFile) {
  Write("/sys/net/ipv4/tcp_max_tw_buckets", "131072\n");
  Write("/sys/net/ipv4/tcp_max_orphans", "65536\n");
  Write("/sys/net/ipv4/tcp_mem", "100\t200\t300\n");
  Write("/sys/net/ipv4/tcp_max_syn_backlog", "512\n");
  Write("/sys/net/core/somaxconn", "4096\n");
  Write("/thread-self/net/sockstat",
        "sockets: used 300\nTCP: inuse 5 orphan 2 tw 7 alloc 9 mem 11\nUDP: inuse 1 mem 3\n");
  const KernelLimits limits = ReadKernelLimits(root_);
  EXPECT_EQ(limits.time_wait_limit, 131072);
  EXPECT_EQ(limits.orphans, 2);
  EXPECT_EQ(limits.orphans_limit, 65536);
  EXPECT_EQ(limits.memory_bytes, 11 * page_);
  EXPECT_EQ(limits.memory_min_bytes, 100 * page_);
  EXPECT_EQ(limits.memory_pressure_bytes, 200 * page_);
  EXPECT_EQ(limits.memory_max_bytes, 300 * page_);
  EXPECT_EQ(limits.somaxconn, 4096);
  EXPECT_EQ(limits.max_syn_backlog, 512);
}

TEST_F(KernelLimitsTest, AnAbsentFileOnlyDropsItsOwnFigure) {
  Write("/sys/net/core/somaxconn", "4096\n");
  KernelLimits expected;
  expected.somaxconn = 4096;
  EXPECT_EQ(ReadKernelLimits(root_), expected);
}

TEST_F(KernelLimitsTest, ABrokenFileIsAsAbsent) {
  Write("/sys/net/core/somaxconn", "many\n");
  Write("/sys/net/ipv4/tcp_mem", "100\n");
  Write("/thread-self/net/sockstat", "TCP: inuse 5 orphan x mem 11\n");
  KernelLimits expected;
  expected.memory_min_bytes = 100 * page_;
  EXPECT_EQ(ReadKernelLimits(root_), expected);
}

/// The kernel takes -1 for some of them, which has no limit or no meaning.
TEST_F(KernelLimitsTest, ANegativeLimitIsAsAbsent) {
  Write("/sys/net/ipv4/tcp_max_tw_buckets", "-1\n");
  Write("/sys/net/ipv4/tcp_mem", "100\t-200\t300\n");
  Write("/thread-self/net/sockstat", "TCP: inuse 5 orphan -1 tw 0 alloc 0 mem 0\n");
  KernelLimits expected;
  expected.memory_min_bytes = 100 * page_;
  EXPECT_EQ(ReadKernelLimits(root_), expected);
}

TEST(KernelLimits, ReadsThisKernel) {
  const KernelLimits limits = ReadKernelLimits();
  EXPECT_TRUE(limits.somaxconn);
  EXPECT_TRUE(limits.orphans);
}

TEST(KernelLimits, TakesFieldsOfTheTcpLineAlone) {
  EXPECT_EQ(SockstatTcpField("UDP: mem 3\nTCP: inuse 5 mem 11\n", "mem"), 11U);
  EXPECT_FALSE(SockstatTcpField("TCP: inuse 5\nUDP: mem 3\n", "mem"));
  EXPECT_FALSE(SockstatTcpField("", "mem"));
}

}  // namespace
}  // namespace sockdiag
