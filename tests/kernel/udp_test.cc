#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5300;

class Udp : public KernelTestWith<IpVersion> {
 protected:
  [[nodiscard]] std::string Key(const std::string& state) const {
    return "udp " + std::string(Name(GetParam().family)) + " " + state;
  }
  [[nodiscard]] std::string Loopback() const { return GetParam().loopback; }
};

TEST_P(Udp, UnconnectedIsInboundAndListens) {
  const UniqueFd one = Bind(SOCK_DGRAM, Loopback(), kPort);
  const UniqueFd two = Bind(SOCK_DGRAM, GetParam().any, kPort + 1);
  const Samples samples = CollectWhen({{Key("unconnected"), 2}});
  EXPECT_EQ(PortCounts(samples),
            (Counts{{"udp 5300 inbound unconnected", 1}, {"udp 5301 inbound unconnected", 1}}));
  EXPECT_EQ(ListenerCounts(samples),
            (Counts{{"udp 5300 other listeners", 1}, {"udp 5301 other listeners", 1}}));
}

TEST_P(Udp, ConnectedWithoutAServerSocketIsOutbound) {
  const UniqueFd client = ConnectUdp(Loopback(), kPort);
  const Samples samples = CollectWhen({{Key("established"), 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"udp 5300 outbound established", 1}}));
}

TEST_P(Udp, ConnectedOnThePortOfAnUnconnectedOneIsInbound) {
  const UniqueFd server = Bind(SOCK_DGRAM, GetParam().any, kPort, {.reuse_port = true});
  const UniqueFd client = ConnectUdp(Loopback(), kPort);
  const UniqueFd session = Bind(SOCK_DGRAM, Loopback(), kPort, {.reuse_port = true});
  Connect(session, Loopback(), LocalPort(client));
  const Samples samples = CollectWhen({{Key("unconnected"), 1}, {Key("established"), 2}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"udp 5300 inbound unconnected", 1},
                                         {"udp 5300 inbound established", 1},
                                         {"udp 5300 outbound established", 1}}));
}

// Neither port is ephemeral, so only the unconnected socket can say who serves.
TEST_P(Udp, UnconnectedSocketDecidesBetweenTwoServicePorts) {
  const UniqueFd server = Bind(SOCK_DGRAM, GetParam().any, kPort, {.reuse_port = true});
  const UniqueFd session = Bind(SOCK_DGRAM, Loopback(), kPort, {.reuse_port = true});
  const UniqueFd client = Bind(SOCK_DGRAM, Loopback(), kPort + 1);
  Connect(session, Loopback(), kPort + 1);
  Connect(client, Loopback(), kPort);
  const Samples samples = CollectWhen({{Key("unconnected"), 1}, {Key("established"), 2}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"udp 5300 inbound unconnected", 1},
                                         {"udp 5300 inbound established", 1},
                                         {"udp 5300 outbound established", 1}}));
}

TEST_P(Udp, UnboundSocketIsNotShown) {
  const int family = GetParam().family == Family::kIpv4 ? AF_INET : AF_INET6;
  const UniqueFd unbound(Check("socket", socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0)));
  const UniqueFd bound = Bind(SOCK_DGRAM, Loopback(), kPort);
  CollectWhen({{Key("unconnected"), 1}});
}

TEST_P(Udp, DisconnectedSocketIsUnconnectedAgain) {
  const UniqueFd client = Bind(SOCK_DGRAM, Loopback(), kPort);
  Connect(client, Loopback(), kPort + 1);
  CollectWhen({{Key("established"), 1}});
  const sockaddr nobody{AF_UNSPEC, {}};
  Check("connect", connect(client.Get(), &nobody, sizeof(nobody)));
  CollectWhen({{Key("unconnected"), 1}});
}

// Recv-Q of UDP is the buffer memory that datagrams take, so more than their payload.
TEST_P(Udp, UnreadDatagramsAreInTheReceiveQueue) {
  const UniqueFd server = Bind(SOCK_DGRAM, Loopback(), kPort);
  const UniqueFd client = ConnectUdp(Loopback(), kPort);
  EXPECT_EQ(QueueBytes(CollectWhen({{Key("unconnected"), 1}, {Key("established"), 1}})), Counts());
  for (int i = 0; i < 3; ++i) Send(client, 100);
  const std::string key = "udp other inbound receive";
  Counts bytes;
  const bool arrived = WaitUntil([&] {
    bytes = QueueBytes(Exporter().Collect());
    return bytes.size() == 1 && bytes[key] >= 300;
  });
  EXPECT_TRUE(arrived) << ::testing::PrintToString(bytes);
}

INSTANTIATE_TEST_SUITE_P(Family, Udp, ::testing::Values(kIpv4, kIpv6),
                         ::testing::PrintToStringParamName());

class UdpDualStack : public KernelTest {};

TEST_F(UdpDualStack, Ipv4SessionBelongsToADualStackServer) {
  const UniqueFd server = Bind(SOCK_DGRAM, "::", kPort, {.reuse_port = true});
  const UniqueFd client = Bind(SOCK_DGRAM, "127.0.0.1", kPort + 1);
  const UniqueFd session = Bind(SOCK_DGRAM, "127.0.0.1", kPort, {.reuse_port = true});
  Connect(client, "127.0.0.1", kPort);
  Connect(session, "127.0.0.1", kPort + 1);
  const Samples samples = CollectWhen({{"udp ipv6 unconnected", 1}, {"udp ipv4 established", 2}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"udp 5300 inbound unconnected", 1},
                                         {"udp 5300 inbound established", 1},
                                         {"udp 5300 outbound established", 1}}));
}

TEST_F(UdpDualStack, Ipv6OnlyServerDoesNotClaimIpv4Sockets) {
  const UniqueFd server = Bind(SOCK_DGRAM, "::", kPort, {.ipv6_only = true});
  const UniqueFd client = Bind(SOCK_DGRAM, "127.0.0.1", kPort);
  Connect(client, "127.0.0.1", kPort + 1);
  const Samples samples = CollectWhen({{"udp ipv6 unconnected", 1}, {"udp ipv4 established", 1}});
  EXPECT_EQ(PortCounts(samples),
            (Counts{{"udp 5300 inbound unconnected", 1}, {"udp 5301 outbound established", 1}}));
}

TEST_F(UdpDualStack, MappedPeerIsAnIpv6Socket) {
  const UniqueFd server = Bind(SOCK_DGRAM, "0.0.0.0", kPort);
  const UniqueFd client = ConnectUdp("::ffff:127.0.0.1", kPort);
  const Samples samples = CollectWhen({{"udp ipv4 unconnected", 1}, {"udp ipv6 established", 1}});
  EXPECT_EQ(PortCounts(samples),
            (Counts{{"udp 5300 inbound unconnected", 1}, {"udp 5300 outbound established", 1}}));
}

TEST_F(UdpDualStack, TcpAndUdpOnOnePortStayApart) {
  const UniqueFd udp = Bind(SOCK_DGRAM, "::", kPort);
  const UniqueFd tcp = Listen("0.0.0.0", kPort);
  const Samples samples = CollectWhen({{"udp ipv6 unconnected", 1}, {"tcp ipv4 listen", 1}});
  EXPECT_EQ(PortCounts(samples),
            (Counts{{"udp 5300 inbound unconnected", 1}, {"tcp 5300 inbound listen", 1}}));
}

}  // namespace
}  // namespace sockdiag::kernel
