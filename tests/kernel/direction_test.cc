// Who serves, where neither the port range nor a listener tells: servers that have closed their
// listener, clients with a port of their own choice, and transparent proxies.

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kServer = 5432;

void UseRange(const std::string& range) { WriteSysctl("net/ipv4/ip_local_port_range", range); }

void CloseAll(std::vector<Connection>& connections, std::size_t first, std::size_t count,
              UniqueFd Connection::*end) {
  for (std::size_t i = first; i < first + count; ++i) (connections[i].*end).Reset();
}

std::vector<Connection> MakeConnections(const UniqueFd& listener, const std::string& address,
                                        std::uint16_t port, std::size_t count) {
  std::vector<Connection> connections;
  for (std::size_t i = 0; i < count; ++i) {
    connections.push_back(MakeConnection(listener, address, port));
  }
  return connections;
}

ServicesDatabase Named(std::uint16_t port, const std::string& name) {
  return {{{Protocol::kTcp, Port::FromHost(port)}, name}};
}

class DirectionTest : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (!IsSkipped() && !HasFailure()) UseRange("32768 60999");
  }
};

class DrainingServer : public KernelTest {
 protected:
  void SetUp() override {
    KernelTest::SetUp();
    if (IsSkipped() || HasFailure()) return;
    UseRange("1024 65535");
    exporter_.emplace();
  }
  Samples Collect() { return exporter_->Collect(); }
  /// Twenty connections of which five wait to be closed by a server that has no listener any more.
  void Drain(UniqueFd& listener) {
    connections_ = MakeConnections(listener, "127.0.0.1", kServer, 20);
    static_cast<void>(Collect());
    listener.Reset();
    for (std::size_t i = 0; i < 5; ++i) {
      EndOutput(connections_[i].client);
      WaitForState(connections_[i].client, TCP_FIN_WAIT2);
    }
  }

  std::optional<Exporter> exporter_;
  std::vector<Connection> connections_;
};

const Counts kDraining{{"tcp 5432 inbound established", 15},
                       {"tcp 5432 inbound close_wait", 5},
                       {"tcp 5432 outbound established", 15},
                       {"tcp 5432 outbound fin_wait2", 5}};

TEST_F(DrainingServer, StaysOneWithoutARule) {
  UniqueFd listener = Listen("0.0.0.0", kServer);
  Drain(listener);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(PortCounts(Collect()), kDraining);
  CloseAll(connections_, 0, 5, &Connection::server);
  for (std::size_t i = 0; i < 5; ++i) connections_[i].client.Reset();
  // The clients closed first, so that theirs are the sockets in TIME_WAIT.
  const Counts left{{"tcp 5432 inbound established", 15},
                    {"tcp 5432 outbound established", 15},
                    {"tcp 5432 outbound time_wait", 5}};
  EXPECT_TRUE(WaitUntil([&] { return PortCounts(Collect()) == left; }));
}

TEST_F(DrainingServer, IsForgottenWithItsLastSocket) {
  UniqueFd listener = Listen("0.0.0.0", kServer);
  Drain(listener);
  EXPECT_EQ(PortCounts(Collect()), kDraining);
  // The clients close first, and nothing is left on the server's end.
  CloseAll(connections_, 0, 20, &Connection::client);
  for (const Connection& connection : connections_) {
    WaitForState(connection.server, TCP_CLOSE_WAIT);
  }
  CloseAll(connections_, 0, 20, &Connection::server);
  const Counts none{{"tcp ipv4 time_wait", 20}};
  ASSERT_TRUE(WaitUntil([&] { return SocketCounts(Collect()) == none; }));
  static_cast<void>(Collect());
  static_cast<void>(Collect());
  // Now a client has the port.
  UniqueFd elsewhere = Listen("127.0.0.2", 6000);
  const UniqueFd client = Bind(SOCK_STREAM, "127.0.0.1", kServer);
  Connect(client, "127.0.0.2", 6000);
  const UniqueFd server = Accept(elsewhere);
  const Counts counts = PortCounts(Collect());
  EXPECT_EQ(counts.count("tcp 5432 inbound established"), 0U);
  EXPECT_EQ(counts.at("tcp 6000 outbound established"), 1);
}

TEST_F(DrainingServer, IsOneForWhoStartsLaterWithARule) {
  UniqueFd listener = Listen("0.0.0.0", kServer);
  Drain(listener);
  Config config = WithWebService(kServer);
  config.services.front().direction = Direction::kInbound;
  Exporter later(config);
  Counts counts = ServiceCounts(later.Collect());
  EXPECT_EQ(counts["tcp web inbound established"], 15);
  EXPECT_EQ(counts["tcp web inbound close_wait"], 5);
  Exporter with_database({}, nullptr, Named(kServer, "postgresql"));
  EXPECT_EQ(ServiceCounts(with_database.Collect()),
            (Counts{{"tcp postgresql inbound established", 15},
                    {"tcp postgresql inbound close_wait", 5},
                    {"tcp postgresql outbound established", 15},
                    {"tcp postgresql outbound fin_wait2", 5}}));
}

/// One that takes both families, then comes back on one address.
TEST_F(DrainingServer, MayHaveListenedToBothFamilies) {
  UniqueFd listener = Listen("::", kServer);
  std::vector<Connection> ipv6 = MakeConnections(listener, "::1", kServer, 3);
  std::vector<Connection> mapped = MakeConnections(listener, "127.0.0.1", kServer, 4);
  static_cast<void>(Collect());
  listener.Reset();
  const Counts draining{{"tcp 5432 inbound established", 7}, {"tcp 5432 outbound established", 7}};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(PortCounts(Collect()), draining);
  const UniqueFd back = Listen("127.0.0.9", kServer);
  Counts with_listener = draining;
  with_listener["tcp 5432 inbound listen"] = 1;
  for (int i = 0; i < 4; ++i) EXPECT_EQ(PortCounts(Collect()), with_listener);
}

TEST_F(DrainingServer, OfUdpIsOneToo) {
  UniqueFd unconnected = Bind(SOCK_DGRAM, "127.0.0.1", kServer, {.reuse_port = true});
  const UniqueFd client = Bind(SOCK_DGRAM, "127.0.0.1", 6000);
  const UniqueFd server = Bind(SOCK_DGRAM, "127.0.0.1", kServer, {.reuse_port = true});
  Connect(server, "127.0.0.1", 6000);
  Connect(client, "127.0.0.1", kServer);
  static_cast<void>(Collect());
  unconnected.Reset();
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(PortCounts(Collect()),
              (Counts{{"udp 5432 inbound established", 1}, {"udp 5432 outbound established", 1}}));
  }
}

/// What the sampler sees alone, and the scrape then, has one name.
TEST_F(DrainingServer, HasOneNameInSamplesAndScrapes) {
  Config config = WithWebService(kServer);
  config.sampling.interval = std::chrono::milliseconds(50);
  config.sampling.cpu_budget = 1;
  // The rule says nothing: it matches either way.
  config.services.front().ports.clear();
  std::atomic<int> samples = 0;
  Exporter sampling(config, [&] { ++samples; });
  UniqueFd listener = Listen("0.0.0.0", kServer);
  ASSERT_TRUE(WaitUntil([&, before = samples.load()] { return samples >= before + 2; }));
  std::vector<Connection> connections = MakeConnections(listener, "127.0.0.1", kServer, 3);
  listener.Reset();
  EndOutput(connections[0].client);
  WaitForState(connections[0].client, TCP_FIN_WAIT2);
  ASSERT_TRUE(WaitUntil([&, before = samples.load()] { return samples >= before + 2; }));
  const auto entries = [&](Direction direction, SocketState state) {
    return testing::WatchedOf(sampling.Collect(), "web", direction, state).entries;
  };
  EXPECT_EQ(entries(Direction::kInbound, SocketState::kCloseWait), 1);
  EXPECT_EQ(entries(Direction::kOutbound, SocketState::kCloseWait), 0);
  EXPECT_EQ(entries(Direction::kOutbound, SocketState::kFinWait2), 1);
  EXPECT_EQ(PortCounts(sampling.Collect()), (Counts{{"tcp 5432 inbound established", 2},
                                                    {"tcp 5432 inbound close_wait", 1},
                                                    {"tcp 5432 outbound established", 2},
                                                    {"tcp 5432 outbound fin_wait2", 1}}));
}

/// NFS mounts come from below 1024, whatever the range.
TEST_F(DirectionTest, AClientOnALowPortStaysOne) {
  MakeBlackHole();
  const UniqueFd listener = Listen("127.0.0.1", 2049);
  const UniqueFd client = Bind(SOCK_STREAM, "127.0.0.1", 980);
  Connect(client, "127.0.0.1", 2049);
  const UniqueFd server = Accept(listener);
  const UniqueFd waiting = Bind(SOCK_STREAM, kIpv4.beside_hole, 981);
  StartConnect(waiting, kIpv4.in_hole, 2049);
  Exporter exporter({}, nullptr, Named(2049, "nfs"));
  EXPECT_EQ(ServiceCounts(exporter.Collect()), (Counts{{"tcp nfs inbound listen", 1},
                                                       {"tcp nfs inbound established", 1},
                                                       {"tcp nfs outbound established", 1},
                                                       {"tcp nfs outbound syn_sent", 1}}));
}

/// A proxy that takes its source ports from below the range, towards a port that a rule names.
TEST_F(DirectionTest, AProxyWithSourcePortsOfItsOwnStaysAClient) {
  const UniqueFd listener = Listen("127.0.0.1", 40000);
  std::vector<UniqueFd> ends;
  for (std::uint16_t port = 20000; port < 20010; ++port) {
    ends.push_back(Bind(SOCK_STREAM, "127.0.0.1", port));
    Connect(ends.back(), "127.0.0.1", 40000);
    ends.push_back(Accept(listener));
  }
  Exporter exporter(WithWebService(40000));
  EXPECT_EQ(PortCounts(exporter.Collect()), (Counts{{"tcp 40000 inbound listen", 1},
                                                    {"tcp 40000 inbound established", 10},
                                                    {"tcp 40000 outbound established", 10}}));
}

/// It is seen in SYN_SENT, and when it is in CLOSE_WAIT nothing but that tells what it is.
TEST_F(DirectionTest, SynSentAndCloseWaitHaveOneName) {
  Config config = WithWebService(9200);
  config.sampling.interval = std::chrono::milliseconds(0);
  config.services.front().ports.clear();
  Exporter exporter(config);
  UniqueFd listener = Listen("127.0.0.1", 9200);
  DropIncoming("tcp dport 9200");
  const UniqueFd client = Bind(SOCK_STREAM, "127.0.0.1", 980);
  StartConnect(client, "127.0.0.1", 9200);
  EXPECT_EQ(PortCounts(exporter.Collect()).at("tcp 9200 outbound syn_sent"), 1);
  RunTool({"nft", "delete table inet test"});
  UniqueFd server = Accept(listener);
  listener.Reset();
  server.Reset();
  WaitForState(client, TCP_CLOSE_WAIT);
  const Samples samples = exporter.Collect();
  EXPECT_EQ(PortCounts(samples).at("tcp 9200 outbound close_wait"), 1);
  const auto entries = [&](Direction direction) {
    return testing::WatchedOf(samples, "web", direction, SocketState::kCloseWait).entries;
  };
  EXPECT_EQ(entries(Direction::kOutbound), 1);
  EXPECT_EQ(entries(Direction::kInbound), 0);
}

/// Packets to port 8081 of anybody go to the proxy on port 15001. False when the kernel cannot.
bool RedirectToProxy() {
  RunTool({"ip", "link", "set", "lo", "up"});
  RunTool({"ip", "address", "add", "10.50.0.1/24", "dev", "lo"});
  RunTool({"ip", "route", "add", "203.0.113.0/24", "dev", "lo"});
  RunTool({"ip", "rule", "add", "fwmark", "1", "lookup", "100"});
  RunTool({"ip", "route", "add", "local", "default", "dev", "lo", "table", "100"});
  try {
    RunTool({"nft",
             "add table ip test; "
             "add chain ip test in { type filter hook prerouting priority mangle; }; "
             "add rule ip test in tcp dport 8081 tproxy to 127.0.0.1:15001 meta mark set 1 accept; "
             "add chain ip test out { type route hook output priority mangle; }; "
             "add rule ip test out tcp dport 8081 meta mark set 1"});
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

/// What a transparent proxy accepts has the local end that the client asked for, where nobody
/// listens: a rule tells.
TEST_F(DirectionTest, WhatATransparentProxyAcceptsFollowsItsRule) {
  if (!RedirectToProxy()) GTEST_SKIP() << "this kernel has no tproxy";
  const UniqueFd listener = Bind(SOCK_STREAM, "127.0.0.1", 15001);
  const int transparent = 1;
  Check("IP_TRANSPARENT",
        setsockopt(listener.Get(), IPPROTO_IP, IP_TRANSPARENT, &transparent, sizeof(transparent)));
  Check("listen", listen(listener.Get(), 8));
  // From below the range, so that the ports would take the proxy for the client.
  const UniqueFd client = Bind(SOCK_STREAM, "10.50.0.1", 700);
  Connect(client, "203.0.113.7", 8081);
  const UniqueFd accepted = Accept(listener);
  Config config = WithWebService(8081);
  config.services.front().direction = Direction::kInbound;
  const auto client_rule = config.services.insert(config.services.end(), ServiceRule());
  client_rule->name = "site";
  client_rule->direction = Direction::kOutbound;
  client_rule->remote_networks = {Cidr::Parse("203.0.113.0/24").value()};
  EXPECT_EQ(ServiceCounts(Exporter(config).Collect()),
            (Counts{{"tcp other inbound listen", 1},
                    {"tcp web inbound established", 1},
                    {"tcp site outbound established", 1}}));
}

}  // namespace
}  // namespace sockdiag::kernel
