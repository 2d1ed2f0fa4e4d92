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

TEST_F(KernelLimits, TimeWaitEntriesHaveTheOrphansInFinWait2WithThem) {
  constexpr int kLimit = 100;
  constexpr int kOrphans = 90;
  constexpr int kCloses = 70;
  WriteSysctl("net/ipv4/tcp_max_tw_buckets", std::to_string(kLimit));
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 1000});
  Sockets kept;
  for (int i = 0; i < kOrphans; ++i) {
    Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
    connection.client.Reset();
    kept.push_back(std::move(connection.server));
  }
  CollectWhen({{"tcp ipv4 listen", 1},
               {"tcp ipv4 close_wait", kOrphans},
               {"tcp ipv4 fin_wait2", kOrphans}});
  for (int i = 0; i < kCloses; ++i) {
    Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
    connection.server.Reset();
    WaitForState(connection.client, TCP_CLOSE_WAIT);
    connection.client.Reset();
  }
  const Samples samples = CollectWhen({{"tcp ipv4 listen", 1},
                                       {"tcp ipv4 close_wait", kOrphans},
                                       {"tcp ipv4 fin_wait2", kOrphans},
                                       {"tcp ipv4 time_wait", kLimit - kOrphans}});
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
