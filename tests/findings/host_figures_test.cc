#include "findings/host_figures.h"

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "collectors/kernel_limits.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using testing::SocketScrapes;
using testing::Tcp;
using Records = std::vector<SocketRecord>;
constexpr auto kCloseWait = SocketState::kCloseWait;

testing::SocketConfiguration Watching() {
  testing::SocketConfiguration configuration;
  configuration.rules = {testing::Rule("web", 80), testing::Rule("postgres", 5432)};
  configuration.watch.states = {kCloseWait};
  configuration.watch.stuck_after[Index(kCloseWait)] = std::chrono::seconds(60);
  return configuration;
}

TEST(HostFigures, AreReadFromWhatAScrapeShows) {
  SocketScrapes scrapes(Watching());
  SocketRecord listener = testing::Listener("0.0.0.0:80", 129, 128);
  listener.cookie = 1;
  SocketRecord waits = Tcp(kCloseWait, "10.0.0.1:80", "10.0.0.2:5000");
  waits.cookie = 2;
  waits.has_inode = false;
  SocketRecord leaked = Tcp(kCloseWait, "10.0.0.1:40000", "10.0.0.3:5432");
  leaked.cookie = 3;
  SocketRecord unread = Tcp(kCloseWait, "10.0.0.1:40001", "10.0.0.3:5432");
  unread.cookie = 4;
  unread.receive_queue = 9;
  SocketRecord lossy = Tcp(SocketState::kEstablished, "10.0.0.1:40002", "10.0.0.3:5432");
  lossy.timer = SocketTimer::kRetransmit;
  lossy.retransmits = 1;
  SocketRecord receiver = testing::Udp("0.0.0.0:53");
  receiver.cookie = 5;
  const Records tcp{listener, waits, leaked, unread, lossy};
  static_cast<void>(scrapes.Scrape(tcp, Records{receiver}));
  scrapes.clock.Advance(std::chrono::seconds(90));
  listener.drops = 7;
  receiver.drops = 3;
  const Samples samples =
      scrapes.Scrape(Records{listener, waits, leaked, unread, lossy}, Records{receiver});
  const HostFigures figures = HostFiguresOf(samples);

  EXPECT_TRUE(figures.collects_tcp);
  EXPECT_TRUE(figures.knows_tcp);
  const HostFigures::Service& postgres =
      figures.services.at({"", "postgres", Direction::kOutbound});
  EXPECT_EQ(postgres.sockets[Index(kCloseWait)], 2U);
  EXPECT_EQ(postgres.stuck[Index(kCloseWait)], 2U);
  EXPECT_GE(postgres.oldest_age_seconds[Index(kCloseWait)], 90);
  EXPECT_EQ(postgres.unread, 1U);
  EXPECT_EQ(postgres.Leaked(), 1U);
  EXPECT_EQ(postgres.stalled.at("retransmitting"), 1U);
  const HostFigures::Service& web = figures.services.at({"", "web", Direction::kInbound});
  EXPECT_EQ(web.unaccepted_close_wait, 1U);
  EXPECT_EQ(web.Leaked(), 0U);
  const HostFigures::Listener& queue = figures.listeners.at({"", "80", "web"});
  EXPECT_EQ(queue.waiting, 129U);
  EXPECT_EQ(queue.backlog, 128U);
  EXPECT_GT(queue.saturation, 1);
  EXPECT_EQ(queue.drops, 7U);
  EXPECT_EQ(figures.receive_drops.at({"", "53", "other"}), 3U);
  ASSERT_TRUE(figures.destination_ports);
  EXPECT_EQ(figures.destination_ports->used, 3);
}

TEST(HostFigures, KnowNothingOfTcpWhoseDumpFailed) {
  SocketScrapes scrapes;
  const HostFigures failed = HostFiguresOf(scrapes.Scrape(std::nullopt));
  EXPECT_TRUE(failed.collects_tcp);
  EXPECT_FALSE(failed.knows_tcp);
  EXPECT_FALSE(HostFiguresOf(Samples()).collects_tcp);
}

TEST(HostFigures, HaveTheKernelsLimits) {
  Samples samples;
  samples.Add(KernelLimitsCollector::kTimeWaitEntries, 5);
  samples.Add(KernelLimitsCollector::kTimeWaitLimit, 10);
  samples.Add(KernelLimitsCollector::kMemory, 3);
  samples.Add(KernelLimitsCollector::kMemoryLimit, 4, "pressure");
  samples.Add(KernelLimitsCollector::kMemoryLimit, 6, "max");
  const HostFigures figures = HostFiguresOf(samples);
  ASSERT_TRUE(figures.time_wait);
  EXPECT_EQ(figures.time_wait->Share(), 0.5);
  ASSERT_TRUE(figures.tcp_memory);
  EXPECT_EQ(figures.tcp_memory->Share(), 0.5);
  EXPECT_FALSE(figures.orphans);
}

}  // namespace
}  // namespace sockdiag
