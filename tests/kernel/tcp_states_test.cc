#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "sockets/tally/socket_tallies.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;

class TcpStates : public KernelTestWith<IpVersion> {
 protected:
  /// Plays one scene; `expected` are its states, every other state must be 0.
  Samples Expect(Scene& scene, const Counts& expected) {
    sockets_ = scene(GetParam(), kPort);
    Counts with_family;
    for (const auto& [state, count] : expected) {
      with_family["tcp " + std::string(Name(GetParam().family)) + " " + state] = count;
    }
    return CollectWhen(with_family);
  }

 private:
  Sockets sockets_;
};

TEST_P(TcpStates, EmptyNamespaceHasEveryStateAtZero) {
  const Samples samples = CollectWhen({});
  EXPECT_EQ(testing::FiguresOf(samples, FamilyTally::kSockets).size(),
            2 * (kTcpStates.size() + kUdpStates.size()));
  EXPECT_FALSE(samples.Has(PortTally::kPortSockets));
  EXPECT_FALSE(samples.Has(ServiceTally::kServiceSockets));
  EXPECT_FALSE(samples.Has(ListenerTally::kListeners));
}

TEST_P(TcpStates, EstablishedAtBothEnds) {
  const Samples samples = Expect(Established, {{"listen", 1}, {"established", 2}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 inbound listen", 1},
                                         {"tcp 5000 inbound established", 1},
                                         {"tcp 5000 outbound established", 1}}));
}

TEST_P(TcpStates, SynSentIsOutbound) {
  MakeBlackHole();
  const Samples samples = Expect(SynSent, {{"syn_sent", 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 outbound syn_sent", 1}}));
}

TEST_P(TcpStates, FinWait1OfAClosedSocket) {
  Expect(FinWait1, {{"listen", 1}, {"established", 1}, {"fin_wait1", 1}});
}

TEST_P(TcpStates, FinWait2AndCloseWait) {
  const Samples samples = Expect(FinWait2, {{"listen", 1}, {"fin_wait2", 1}, {"close_wait", 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 inbound listen", 1},
                                         {"tcp 5000 inbound close_wait", 1},
                                         {"tcp 5000 outbound fin_wait2", 1}}));
}

TEST_P(TcpStates, FinWait2AsAMinisock) {
  Expect(FinWait2Minisock, {{"listen", 1}, {"fin_wait2", 1}, {"close_wait", 1}});
}

TEST_P(TcpStates, FinWait2AsAnOrphan) {
  Expect(FinWait2Orphan, {{"listen", 1}, {"fin_wait2", 1}, {"close_wait", 1}});
}

TEST_P(TcpStates, TimeWaitKeepsItsDirection) {
  const Samples samples = Expect(TimeWait, {{"listen", 1}, {"time_wait", 1}});
  EXPECT_EQ(PortCounts(samples),
            (Counts{{"tcp 5000 inbound listen", 1}, {"tcp 5000 outbound time_wait", 1}}));
}

TEST_P(TcpStates, LastAckOfAClosedSocket) {
  const Samples samples = Expect(LastAck, {{"listen", 1}, {"fin_wait2", 1}, {"last_ack", 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 inbound listen", 1},
                                         {"tcp 5000 inbound last_ack", 1},
                                         {"tcp 5000 outbound fin_wait2", 1}}));
}

TEST_P(TcpStates, ClosingWhenBothEndAtOnce) {
  Expect(Closing, {{"listen", 1}, {"closing", 1}, {"fin_wait1", 1}});
}

// CLOSE cannot be produced: the kernel takes a socket out of its hash tables before it sets
// TCP_CLOSE (tcp_set_state in net/ipv4/tcp.c), and a dump walks those tables only. What it can show
// as CLOSE are bound sockets, under a further bit of the mask (BOUND_INACTIVE); they do nothing and
// must not be counted.
TEST_P(TcpStates, ClosedAndBoundSocketsAreNotCounted) {
  const std::string loopback = GetParam().loopback;
  Sockets sockets;
  for (std::uint16_t port = 6000; port < 6010; ++port) {
    sockets.push_back(Bind(SOCK_STREAM, loopback, port));
  }
  sockets.push_back(StartConnect(loopback, kPort));  // refused
  sockets.push_back(Listen(loopback, kPort));
  shutdown(sockets.back().Get(), SHUT_RD);  // listens no more
  CollectWhen({});
}

TEST_P(TcpStates, ResetConnectionIsGone) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  Connection connection = MakeConnection(listener, GetParam().loopback, kPort);
  const linger abort{1, 0};
  ASSERT_EQ(setsockopt(connection.client.Get(), SOL_SOCKET, SO_LINGER, &abort, sizeof(abort)), 0);
  connection.client.Reset();
  CollectWhen({{"tcp " + std::string(Name(GetParam().family)) + " listen", 1}});
}

INSTANTIATE_TEST_SUITE_P(Family, TcpStates, ::testing::Values(kIpv4, kIpv6),
                         ::testing::PrintToStringParamName());

class AllTcpStates : public KernelTest {};

TEST_F(AllTcpStates, OfBothFamiliesInOneDump) {
  MakeBlackHole();
  Scene* const scenes[] = {Established, SynSent, SynRecvWithoutClient, FinWait1, FinWait2, LastAck,
                           Closing,     TimeWait};
  Sockets sockets;
  std::uint16_t port = kPort;
  // TIME_WAIT comes last, since it ends by itself.
  for (Scene* scene : scenes) {
    for (const IpVersion& ip : {kIpv4, kIpv6}) Append(sockets, scene(ip, port++));
  }
  Counts expected;
  for (const std::string family : {"ipv4", "ipv6"}) {
    expected["tcp " + family + " established"] = 2 + 1;  // FinWait1
    expected["tcp " + family + " syn_sent"] = 1;
    expected["tcp " + family + " syn_recv"] = 1;
    expected["tcp " + family + " fin_wait1"] = 1 + 1;  // Closing
    expected["tcp " + family + " fin_wait2"] = 1 + 1;  // LastAck
    expected["tcp " + family + " time_wait"] = 1;
    expected["tcp " + family + " close_wait"] = 1;
    expected["tcp " + family + " last_ack"] = 1;
    expected["tcp " + family + " listen"] = 7;
    expected["tcp " + family + " closing"] = 1;
  }
  CollectWhen(expected);
}

}  // namespace
}  // namespace sockdiag::kernel
