// What the kernel compares with its limits, as it does it: numerators that are nearly these are not
// good enough, when an alert waits for the limit.

#include <gtest/gtest.h>
#include <netinet/tcp.h>

#include <utility>

#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;

class KernelLimits : public KernelTest {};

// Each entry is gone after a minute, an orphan too; its place goes to the next that closes.
TEST_F(KernelLimits, TimeWaitEntriesHaveTheOrphansInFinWait2WithThem) {
  constexpr int kLimit = 10;
  constexpr int kOrphans = 8;
  WriteSysctl("net/ipv4/tcp_max_tw_buckets", std::to_string(kLimit));
  const UniqueFd listener = Listen("127.0.0.1", kPort);
  const auto close = [&](UniqueFd Connection::*first, UniqueFd Connection::*second) {
    Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
    EndOutput(connection.*first);
    WaitForState(connection.*first, TCP_FIN_WAIT2);
    (connection.*first).Reset();
    return std::move(connection.*second);
  };
  Sockets kept;
  for (int i = 0; i < kOrphans; ++i) {
    kept.push_back(close(&Connection::client, &Connection::server));
  }
  Samples samples;
  const auto is_full = [&] {
    for (int i = 0; i < kLimit; ++i) close(&Connection::server, &Connection::client).Reset();
    samples = Exporter().Collect();
    Counts counts = SocketCounts(samples);
    const double orphans = counts["tcp ipv4 fin_wait2"];
    return orphans > 0 && orphans + counts["tcp ipv4 time_wait"] == kLimit &&
           testing::ValueOf(samples, "sockdiag_tcp_time_wait_entries") == kLimit;
  };
  EXPECT_TRUE(WaitUntil(is_full));
  EXPECT_EQ(testing::ValueOf(samples, "sockdiag_tcp_time_wait_limit"), kLimit);
  EXPECT_EQ(testing::ValueOf(samples, "sockdiag_tcp_time_wait_entries"), kLimit);
}

TEST_F(KernelLimits, WithoutSyncookiesThreeQuartersOfTcpMaxSynBacklogAreTheLimit) {
  WriteSysctl("net/ipv4/tcp_syncookies", "0");
  WriteSysctl("net/ipv4/tcp_max_syn_backlog", "16");
  Sockets sockets = SynAckLost(kIpv4, kPort);
  for (int i = 1; i < 30; ++i) sockets.push_back(StartConnect("127.0.0.1", kPort));
  // A SYN is refused when less than a quarter is left: with 13 of 16 there.
  const Samples samples =
      CollectWhen({{"tcp ipv4 listen", 1}, {"tcp ipv4 syn_recv", 13}, {"tcp ipv4 syn_sent", 30}});
  EXPECT_EQ(testing::ValueOf(samples, "sockdiag_tcp_syncookies"), 0);
  EXPECT_EQ(testing::ValueOf(samples, "sockdiag_tcp_max_syn_backlog"), 16);
}

}  // namespace
}  // namespace sockdiag::kernel
