// The kernel's own counters, each moved by the trouble that it stands for and by nothing else. A
// network namespace begins with all of them at 0.

#include "collectors/protocols.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <exception>
#include <map>
#include <string>
#include <string_view>

#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/nstat.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/support/figures.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;

/// What traffic alone moves, trouble or not.
bool IsTraffic(std::string_view metric) {
  return metric == "sockdiag_tcp_opens_total" || metric == "sockdiag_tcp_segments_total" ||
         metric == "sockdiag_udp_datagrams_total";
}

/// `sockdiag_tcp_aborts_total data`: what is not 0, of what tells of trouble.
testing::Figures Troubles() {
  ProtocolsCollector collector;
  Findings findings;
  const Result<void> collected = collector.Collect(findings);
  EXPECT_TRUE(collected) << collected.error().message;
  testing::Figures troubles;
  for (const Metric* metric : ProtocolsCollector::Metrics()) {
    if (IsTraffic(metric->name)) continue;
    for (const auto& [labels, value] : testing::FiguresOf(findings.samples, *metric)) {
      const std::string name = std::string(metric->name) + (labels.empty() ? "" : " " + labels);
      if (value != 0) troubles.emplace(name, value);
    }
  }
  return troubles;
}

/// Until they are so; what they are in the end is shown.
void ExpectTroubles(const testing::Figures& expected) {
  EXPECT_TRUE(WaitUntil([&] { return Troubles() == expected; }));
  EXPECT_EQ(Troubles(), expected);
}

/// What is sent again, again and again until somebody looks.
bool IsSentAgain(std::string_view trouble) {
  return trouble == "sockdiag_tcp_retransmitted_segments_total" ||
         trouble == "sockdiag_tcp_syn_retransmits_total" ||
         trouble == "sockdiag_tcp_lost_retransmits_total" ||
         trouble == "sockdiag_tcp_timeouts_total";
}

/// By the name of a trouble, that of the counter which it is.
using Counters = std::map<std::string, std::string>;

testing::Figures OfNstat(const Counters& counters) {
  testing::Figures figures;
  for (const auto& [trouble, counter] : counters) figures.emplace(trouble, Nstat(counter));
  return figures;
}

/// Until these have moved and no others, and each is what nstat says at that moment. What is sent
/// again may come besides.
void ExpectTroublesOfNstat(const Counters& counters) {
  testing::Figures shown;
  EXPECT_TRUE(WaitUntil([&] {
    const testing::Figures before = OfNstat(counters);
    shown = Troubles();
    std::erase_if(shown, [&](const auto& one) {
      return IsSentAgain(one.first) && !counters.contains(one.first);
    });
    return shown == before && OfNstat(counters) == before;
  })) << ::testing::PrintToString(shown);
}

class Protocols : public KernelTest {
 protected:
  /// A listener, and more clients than it has room for requests: the answers to these are lost.
  static Sockets OverfillRequestQueue() {
    Sockets sockets;
    sockets.push_back(Listen("127.0.0.1", kPort, {.backlog = 1}));
    DropIncoming("tcp dport 5001-5004");
    for (std::uint16_t port = 5001; port <= 5004; ++port) {
      sockets.push_back(Bind(SOCK_STREAM, "127.0.0.1", port));
      StartConnect(sockets.back(), "127.0.0.1", kPort);
    }
    return sockets;
  }
};

TEST_F(Protocols, AConnectionThatGoesWellMovesNothing) {
  const UniqueFd listener = Listen("127.0.0.1", kPort);
  static_cast<void>(MakeConnection(listener, "127.0.0.1", kPort));
  ExpectTroubles({});
}

TEST_F(Protocols, ARefusedConnection) {
  const UniqueFd client = StartConnect("127.0.0.1", kPort);
  ExpectTroubles({{"sockdiag_tcp_failed_opens_total", 1}, {"sockdiag_tcp_resets_sent_total", 1}});
}

TEST_F(Protocols, AFullAcceptQueueDropsWhatNstatSays) {
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 1});
  Sockets clients;
  for (int i = 0; i < 3; ++i) clients.push_back(StartConnect("127.0.0.1", kPort));
  // The third one sends its SYN again and again, so they must be compared at one moment.
  EXPECT_TRUE(WaitUntil([] {
    const double before = Nstat("TcpExtListenDrops");
    const testing::Figures shown = Troubles();
    const auto drops = shown.find("sockdiag_tcp_listen_drops_total");
    const bool has_dropped = drops != shown.end() && drops->second == before;
    return has_dropped && shown.at("sockdiag_tcp_listen_overflows_total") == before &&
           Nstat("TcpExtListenDrops") == before;
  }));
}

TEST_F(Protocols, AFullRequestQueueWithoutCookies) {
  WriteSysctl("net/ipv4/tcp_syncookies", "0");
  const Sockets sockets = OverfillRequestQueue();
  ExpectTroublesOfNstat({{"sockdiag_tcp_request_queue_full_total drop", "TcpExtTCPReqQFullDrop"},
                         {"sockdiag_tcp_listen_drops_total", "TcpExtListenDrops"}});
}

TEST_F(Protocols, AFullRequestQueueWithCookies) {
  WriteSysctl("net/ipv4/tcp_syncookies", "1");
  const Sockets sockets = OverfillRequestQueue();
  const UniqueFd client = Connect("127.0.0.1", kPort);
  const UniqueFd server = Accept(sockets.front());
  ExpectTroublesOfNstat(
      {{"sockdiag_tcp_request_queue_full_total cookies", "TcpExtTCPReqQFullDoCookies"},
       {"sockdiag_tcp_syncookies_total sent", "TcpExtSyncookiesSent"},
       {"sockdiag_tcp_syncookies_total received", "TcpExtSyncookiesRecv"}});
}

TEST_F(Protocols, DataThatIsLostUntilTheConnectionIsGivenUp) {
  const UniqueFd listener = Listen("127.0.0.1", kPort);
  const Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
  DropIncoming("tcp dport " + std::to_string(kPort));
  Send(connection.client, 1000);
  EXPECT_TRUE(WaitUntil([] { return Nstat("TcpExtTCPLostRetransmit") > 0; }));
  const unsigned timeout_ms = 1;
  Check("TCP_USER_TIMEOUT", setsockopt(connection.client.Get(), IPPROTO_TCP, TCP_USER_TIMEOUT,
                                       &timeout_ms, sizeof(timeout_ms)));
  WaitForState(connection.client, TCP_CLOSE);
  ExpectTroublesOfNstat({{"sockdiag_tcp_aborts_total timeout", "TcpExtTCPAbortOnTimeout"},
                         {"sockdiag_tcp_established_resets_total", "TcpEstabResets"},
                         {"sockdiag_tcp_lost_retransmits_total", "TcpExtTCPLostRetransmit"},
                         {"sockdiag_tcp_retransmitted_segments_total", "TcpRetransSegs"},
                         {"sockdiag_tcp_timeouts_total", "TcpExtTCPTimeouts"}});
}

/// On loopback both ends are ours.
TEST_F(Protocols, AConnectionThatIsClosedWithBytesUnread) {
  const UniqueFd listener = Listen("127.0.0.1", kPort);
  Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
  Send(connection.client, 1000);
  connection.server.Reset();
  ExpectTroubles({{"sockdiag_tcp_aborts_total close", 1},
                  {"sockdiag_tcp_established_resets_total", 2},
                  {"sockdiag_tcp_resets_sent_total", 1}});
}

TEST_F(Protocols, AConnectionThatIsClosedWithoutLingering) {
  const UniqueFd listener = Listen("127.0.0.1", kPort);
  Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
  const linger none{1, 0};
  Check("SO_LINGER",
        setsockopt(connection.server.Get(), SOL_SOCKET, SO_LINGER, &none, sizeof(none)));
  connection.server.Reset();
  ExpectTroubles({{"sockdiag_tcp_aborts_total data", 1},
                  {"sockdiag_tcp_established_resets_total", 2},
                  {"sockdiag_tcp_resets_sent_total", 1}});
}

TEST_F(Protocols, ATimeWaitSocketTooMany) {
  WriteSysctl("net/ipv4/tcp_max_tw_buckets", "0");
  const UniqueFd listener = Listen("127.0.0.1", kPort);
  static_cast<void>(MakeConnection(listener, "127.0.0.1", kPort));
  ExpectTroubles({{"sockdiag_tcp_time_wait_overflows_total", 1}});
}

TEST_F(Protocols, ASynThatNobodyAnswers) {
  MakeBlackHole();
  const UniqueFd client = StartConnect(kIpv4.in_hole, kPort);
  // However often it has been sent again until we look.
  EXPECT_TRUE(WaitUntil([] {
    const testing::Figures troubles = Troubles();
    const double times = troubles.empty() ? 0 : troubles.begin()->second;
    return troubles == testing::Figures{{"sockdiag_tcp_retransmitted_segments_total", times},
                                        {"sockdiag_tcp_syn_retransmits_total", times},
                                        {"sockdiag_tcp_timeouts_total", times}};
  }));
}

TEST_F(Protocols, AReceiverThatDoesNotRead) {
  const UniqueFd receiver = Bind(SOCK_DGRAM, "127.0.0.1", kPort);
  const int least = 1;
  Check("SO_RCVBUF", setsockopt(receiver.Get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)));
  const UniqueFd sender = ConnectUdp("127.0.0.1", kPort);
  constexpr int kSent = 20;
  for (int i = 0; i < kSent; ++i) Send(sender, 1000);
  int received = 0;
  std::array<char, 1000> bytes;
  while (recv(receiver.Get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) ++received;
  ExpectTroubles({{"sockdiag_udp_errors_total ipv4 receive_buffer", kSent - received}});
}

TEST_F(Protocols, ADatagramWithoutARoute) {
  const UniqueFd sender(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const UniqueFd sender6(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  EXPECT_THROW(Connect(sender, "10.98.0.1", kPort), std::exception);
  EXPECT_THROW(Connect(sender6, "fd00:98::1", kPort), std::exception);
  ExpectTroubles({{"sockdiag_ip_no_route_total ipv4", 1}, {"sockdiag_ip_no_route_total ipv6", 1}});
}

TEST_F(Protocols, ADatagramForNobody) {
  const UniqueFd v4 = ConnectUdp("127.0.0.1", kPort);
  Send(v4, 1);
  const UniqueFd v6 = ConnectUdp("::1", kPort);
  Send(v6, 1);
  ExpectTroubles({{"sockdiag_udp_no_port_total ipv4", 1}, {"sockdiag_udp_no_port_total ipv6", 1}});
}

}  // namespace
}  // namespace sockdiag::kernel
