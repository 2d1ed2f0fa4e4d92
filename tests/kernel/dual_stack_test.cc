// One port can be held by IPv4, by IPv6 and by both at once; family and direction must follow what
// the kernel does.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <string>

#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"

namespace sockdiag::kernel {
namespace {

/// Within the ephemeral range, as the clients' ports are: only the listener tells who serves.
constexpr std::uint16_t kPort = 40000;
constexpr std::uint16_t kOtherPort = 6000;

class DualStack : public KernelTest {};

TEST_F(DualStack, Ipv4ClientOfADualStackListenerIsServedByAnIpv6Socket) {
  const UniqueFd listener = Listen("::", kPort);
  const Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
  const Samples samples = CollectWhen(
      {{"tcp ipv6 listen", 1}, {"tcp ipv6 established", 1}, {"tcp ipv4 established", 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 40000 inbound listen", 1},
                                         {"tcp 40000 inbound established", 1},
                                         {"tcp 40000 outbound established", 1}}));
}

TEST_F(DualStack, BothFamiliesMeetAtADualStackListener) {
  const UniqueFd listener = Listen("::", kPort);
  const Connection ipv4 = MakeConnection(listener, "127.0.0.1", kPort);
  const Connection ipv6 = MakeConnection(listener, "::1", kPort);
  const Samples samples = CollectWhen(
      {{"tcp ipv6 listen", 1}, {"tcp ipv6 established", 3}, {"tcp ipv4 established", 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 40000 inbound listen", 1},
                                         {"tcp 40000 inbound established", 2},
                                         {"tcp 40000 outbound established", 2}}));
}

TEST_F(DualStack, ListenersOfEachFamilyShareAPort) {
  const UniqueFd ipv4 = Listen("0.0.0.0", kPort);
  const UniqueFd ipv6 = Listen("::", kPort, {.ipv6_only = true});
  const Connection one = MakeConnection(ipv4, "127.0.0.1", kPort);
  const Connection two = MakeConnection(ipv6, "::1", kPort);
  const Samples samples = CollectWhen({{"tcp ipv4 listen", 1},
                                       {"tcp ipv4 established", 2},
                                       {"tcp ipv6 listen", 1},
                                       {"tcp ipv6 established", 2}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 40000 inbound listen", 2},
                                         {"tcp 40000 inbound established", 2},
                                         {"tcp 40000 outbound established", 2}}));
  EXPECT_EQ(ListenerCounts(samples),
            (Counts{{"tcp 40000 other listeners", 2}, {"40000 other limit", 256}}));
}

/// An IPv4 client on 127.0.0.2 whose own port is that of a listener on `address`, towards a service
/// on kOtherPort.
Samples ConnectFromAListenersPort(const std::string& address, bool ipv6_only) {
  const Options options{.ipv6_only = ipv6_only, .reuse_port = true};
  const UniqueFd listener = Listen(address, kPort, options);
  const UniqueFd service = Listen("127.0.0.1", kOtherPort);
  const UniqueFd client = Bind(SOCK_STREAM, "127.0.0.2", kPort, options);
  Connect(client, "127.0.0.1", kOtherPort);
  const UniqueFd server = Accept(service);
  Counts expected{{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 2}};
  ++expected[address.find(':') == address.npos ? "tcp ipv4 listen" : "tcp ipv6 listen"];
  return CollectWhen(expected);
}
const Counts kClaimed{{"tcp 40000 inbound listen", 1},
                      {"tcp 6000 inbound listen", 1},
                      {"tcp 6000 inbound established", 1},
                      {"tcp 40000 inbound established", 1}};
const Counts kNotClaimed{{"tcp 40000 inbound listen", 1},
                         {"tcp 6000 inbound listen", 1},
                         {"tcp 6000 inbound established", 1},
                         {"tcp 6000 outbound established", 1}};

TEST_F(DualStack, Ipv6OnlyListenerDoesNotClaimIpv4Sockets) {
  EXPECT_EQ(PortCounts(ConnectFromAListenersPort("::", true)), kNotClaimed);
}

TEST_F(DualStack, DualStackListenerClaimsIpv4Sockets) {
  EXPECT_EQ(PortCounts(ConnectFromAListenersPort("::", false)), kClaimed);
}

TEST_F(DualStack, ListenerClaimsOnlyItsOwnAddress) {
  EXPECT_EQ(PortCounts(ConnectFromAListenersPort("127.0.0.1", false)), kNotClaimed);
}

TEST_F(DualStack, ListenerOnAMappedAddressClaimsOnlyThat) {
  EXPECT_EQ(PortCounts(ConnectFromAListenersPort("::ffff:127.0.0.1", false)), kNotClaimed);
}

TEST_F(DualStack, ListenerOnAMappedAddressClaimsIpv4SocketsOfIt) {
  EXPECT_EQ(PortCounts(ConnectFromAListenersPort("::ffff:127.0.0.2", false)), kClaimed);
}

TEST_F(DualStack, ListenerOnAMappedAddressServesIpv4) {
  const UniqueFd listener = Listen("::ffff:127.0.0.1", kPort);
  const Connection connection = MakeConnection(listener, "127.0.0.1", kPort);
  const Samples samples = CollectWhen(
      {{"tcp ipv6 listen", 1}, {"tcp ipv6 established", 1}, {"tcp ipv4 established", 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 40000 inbound listen", 1},
                                         {"tcp 40000 inbound established", 1},
                                         {"tcp 40000 outbound established", 1}}));
}

TEST_F(DualStack, Ipv6ClientReachesAnIpv4ListenerThroughAMappedAddress) {
  const UniqueFd listener = Listen("0.0.0.0", kPort);
  const Connection connection = MakeConnection(listener, "::ffff:127.0.0.1", kPort);
  const Samples samples = CollectWhen(
      {{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 1}, {"tcp ipv6 established", 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 40000 inbound listen", 1},
                                         {"tcp 40000 inbound established", 1},
                                         {"tcp 40000 outbound established", 1}}));
}

TEST_F(DualStack, Ipv4NetworksOfARuleHoldMappedAddresses) {
  Config config = WithWebService(kPort);
  config.services.front().remote_networks.push_back(*Cidr::Parse("127.0.0.0/8"));
  const UniqueFd listener = Listen("::", kPort);
  const Connection ipv4 = MakeConnection(listener, "127.0.0.1", kPort);
  const Connection ipv6 = MakeConnection(listener, "::1", kPort);
  const Samples samples = CollectWhen(
      {{"tcp ipv6 listen", 1}, {"tcp ipv6 established", 3}, {"tcp ipv4 established", 1}}, config);
  EXPECT_EQ(ServiceCounts(samples), (Counts{{"tcp web inbound established", 1},
                                            {"tcp web outbound established", 1},
                                            {"tcp other inbound listen", 1},
                                            {"tcp other inbound established", 1},
                                            {"tcp other outbound established", 1}}));
}

}  // namespace
}  // namespace sockdiag::kernel
