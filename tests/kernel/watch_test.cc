#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "sockets/tally/socket_tallies.h"
#include "sockets/watch/stuck_ports.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
constexpr std::uint16_t kPort = 5000;

Config Watching() {
  Config config = WithWebService(kPort);
  config.sampling.interval = milliseconds(100);
  config.sampling.cpu_budget = 1;
  config.stuck_after[Index(SocketState::kCloseWait)] = seconds(1);
  config.stuck_after[Index(SocketState::kSynSent)] = seconds(2);
  return config;
}

class Watch : public KernelTest {
 protected:
  void Start(const Config& config) {
    exporter_.emplace(config, [this] { ++samples_; });
  }
  testing::WatchedFigures Of(SocketState state, Direction direction) {
    return testing::WatchedOf(exporter_->Collect(), "web", direction, state);
  }
  /// Until the sampler has looked at what is there now, from beginning to end.
  void WaitForSamples() {
    const int before = samples_;
    ASSERT_TRUE(WaitUntil([&] { return samples_ >= before + 2; }));
  }

  std::atomic<int> samples_ = 0;
  std::optional<Exporter> exporter_;
};

TEST_F(Watch, CloseWaitIsStuckAfterItsTimeAndVanishesWhenClosed) {
  Start(Watching());
  WaitForSamples();
  const auto close_wait = [&] { return Of(SocketState::kCloseWait, Direction::kInbound); };
  EXPECT_EQ(close_wait().oldest_age_seconds, 0);
  {
    const Sockets sockets = FinWait2(kIpv4, kPort);
    ASSERT_TRUE(WaitUntil([&] { return close_wait().peak == 1; }));
    const testing::WatchedFigures young = close_wait();
    EXPECT_EQ(young.stuck, young.oldest_age_seconds > 1 ? 1 : 0);
    ASSERT_TRUE(WaitUntil([&] { return close_wait().stuck == 1; }));
    EXPECT_GT(close_wait().oldest_age_seconds, 1);
    EXPECT_EQ(close_wait().entries, 1);
  }
  ASSERT_TRUE(WaitUntil(
      [&] { return SocketCounts(exporter_->Collect()).count("tcp ipv4 close_wait") == 0; }));
  EXPECT_EQ(close_wait().stuck, 0);
  EXPECT_EQ(close_wait().oldest_age_seconds, 0);
  EXPECT_EQ(close_wait().entries, 1);
}

TEST_F(Watch, SynSentAgesOverItsRetries) {
  MakeBlackHole();
  Start(Watching());
  WaitForSamples();
  const auto syn_sent = [&] { return Of(SocketState::kSynSent, Direction::kOutbound); };
  const Sockets sockets = SynSent(kIpv4, kPort);
  // The first retry is sent after one second: the age must go on across it.
  ASSERT_TRUE(WaitUntil([&] { return syn_sent().stuck == 1; }));
  EXPECT_GT(syn_sent().oldest_age_seconds, 2);
  EXPECT_EQ(syn_sent().entries, 1);
  EXPECT_EQ(syn_sent().peak, 1);
}

TEST_F(Watch, ABurstBetweenTwoScrapesShowsInPeakAndEntries) {
  MakeBlackHole();
  Start(Watching());
  WaitForSamples();
  EXPECT_EQ(Of(SocketState::kSynSent, Direction::kOutbound).peak, 0);
  {
    Sockets burst;
    for (int i = 0; i < 20; ++i) Append(burst, SynSent(kIpv4, kPort));
    WaitForSamples();
  }
  WaitForSamples();
  const testing::WatchedFigures after = Of(SocketState::kSynSent, Direction::kOutbound);
  EXPECT_EQ(after.peak, 20);
  EXPECT_EQ(after.entries, 20);
  EXPECT_EQ(after.oldest_age_seconds, 0);
}

TEST_F(Watch, WithoutASamplerLivesFromScrapes) {
  MakeBlackHole();
  Config config = Watching();
  config.sampling.interval = milliseconds(0);
  Start(config);
  EXPECT_FALSE(exporter_->Collect().Has(Sampler::kSamplingInterval));
  const Sockets sockets = SynSent(kIpv6, kPort);
  EXPECT_EQ(Of(SocketState::kSynSent, Direction::kOutbound).entries, 1);
  EXPECT_EQ(samples_, 0);
}

TEST_F(Watch, KnowsAgesFromBeforeItsStart) {
  using SteadyClock = std::chrono::steady_clock;
  const auto before = SteadyClock::now();
  // CLOSE_WAIT at the server and FIN_WAIT2 at the client, which both stay silent.
  const Sockets sockets = FinWait2(kIpv4, kPort);
  const auto after = SteadyClock::now();
  const std::chrono::duration<double> least = milliseconds(3200);
  ASSERT_TRUE(WaitUntil([&] { return SteadyClock::now() - after > least; }));
  Start(Watching());
  WaitForSamples();
  const auto expect_age = [&](SocketState state, Direction direction) {
    const testing::WatchedFigures figures = Of(state, direction);
    const std::chrono::duration<double> most = SteadyClock::now() - before;
    // Less a step of the kernel's clock and one of the tracker's.
    EXPECT_GE(figures.oldest_age_seconds, least.count() - 0.2);
    EXPECT_LE(figures.oldest_age_seconds, most.count());
    return figures;
  };
  EXPECT_EQ(expect_age(SocketState::kCloseWait, Direction::kInbound).stuck, 1);
  expect_age(SocketState::kFinWait2, Direction::kOutbound);
  EXPECT_EQ(
      testing::ValueOf(exporter_->Collect(), StuckPorts::kStuckSockets, "5000 inbound close_wait"),
      1);
}

/// A connection from a port of our choice: the kernel takes long to find one when few are left.
Connection ConnectFrom(std::uint16_t local_port, const UniqueFd& listener,
                       const std::string& address) {
  Connection connection;
  connection.client = Bind(SOCK_STREAM, "127.0.0.1", local_port);
  Connect(connection.client, address, kPort);
  connection.server = Accept(listener);
  return connection;
}

/// The client ends it first, so its port alone stays in use in TIME_WAIT.
void CloseClientFirst(Connection& connection) {
  connection.client.Reset();
  WaitForEndOfInput(connection.server);
  connection.server.Reset();
}

TEST_F(Watch, TenThousandConnectionsToOneDestinationUseAsManyPorts) {
  constexpr std::uint16_t kConnections = 10'000;
  // Few, since all of them have to be closed before the first one's minute is over.
  constexpr std::uint16_t kClosed = 1'000;
  constexpr std::uint16_t kFirstPort = 33'000;
  AllowOpenFiles(12'000);
  WriteSysctl("net/core/somaxconn", "20000");
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 20'000});
  const UniqueFd other = Listen("127.0.0.2", kPort);
  std::vector<Connection> connections;
  std::vector<UniqueFd> not_accepted;
  for (std::uint16_t i = 0; i < kConnections; ++i) {
    const auto port = static_cast<std::uint16_t>(kFirstPort + i);
    if (i < kClosed) {
      connections.push_back(ConnectFrom(port, listener, "127.0.0.1"));
    } else {
      not_accepted.push_back(Bind(SOCK_STREAM, "127.0.0.1", port));
      Connect(not_accepted.back(), "127.0.0.1", kPort);
    }
  }
  std::vector<Connection> elsewhere;
  for (std::uint16_t port = 60'000; port < 60'005; ++port) {
    elsewhere.push_back(ConnectFrom(port, other, "127.0.0.2"));
  }
  // From outside the range: not the kernel's choice.
  elsewhere.push_back(ConnectFrom(1000, other, "127.0.0.2"));
  for (Connection& connection : connections) CloseClientFirst(connection);
  const Samples samples =
      CollectWhen({{"tcp ipv4 listen", 2},
                   {"tcp ipv4 established", 2 * (not_accepted.size() + elsewhere.size())},
                   {"tcp ipv4 time_wait", kClosed}});
  using Tally = EphemeralPortsTally;
  EXPECT_EQ(testing::ValueOf(samples, Tally::kLimit), 60999 - 32768 + 1);
  EXPECT_EQ(testing::ValueOf(samples, Tally::kMaxUsedPerDestination), kConnections);
  EXPECT_EQ(testing::ValueOf(samples, Tally::kUsed), kConnections + 5);
}

TEST_F(Watch, ReservedPortsAreNotPartOfTheLimit) {
  WriteSysctl("net/ipv4/ip_local_port_range", "40000 40099");
  WriteSysctl("net/ipv4/ip_local_reserved_ports", "40000-40009,50000");
  Start(Watching());
  EXPECT_EQ(testing::ValueOf(exporter_->Collect(), EphemeralPortsTally::kLimit), 90);
}

TEST_F(Watch, KernelLimitsAreThoseOfTheNamespace) {
  WriteSysctl("net/core/somaxconn", "777");
  WriteSysctl("net/ipv4/tcp_max_tw_buckets", "4321");
  WriteSysctl("net/ipv4/tcp_max_syn_backlog", "99");
  Start(Watching());
  const Samples samples = exporter_->Collect();
  EXPECT_EQ(testing::ValueOf(samples, "sockdiag_somaxconn"), 777);
  EXPECT_EQ(testing::ValueOf(samples, "sockdiag_tcp_time_wait_limit"), 4321);
  EXPECT_EQ(testing::ValueOf(samples, "sockdiag_tcp_max_syn_backlog"), 99);
  EXPECT_TRUE(testing::FiguresOf(samples, "sockdiag_tcp_memory_limit_bytes").empty())
      << "tcp_mem is not in a namespace";
  EXPECT_EQ(testing::FiguresOf(samples, "sockdiag_tcp_memory_bytes").size(), 1U);
}

}  // namespace
}  // namespace sockdiag::kernel
