#include <gtest/gtest.h>

#include <string>

#include "sockets/tally/socket_tallies.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"
#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;

class QueueBytesOf : public KernelTestWith<IpVersion> {
 protected:
  /// Bytes are acknowledged a little after they were sent, so the queues too are waited for.
  void Expect(const Counts& expected) {
    Samples samples;
    const bool seen = WaitUntil([&] {
      samples = Exporter(WithWebService(kPort)).Collect();
      return QueueBytes(samples) == expected;
    });
    EXPECT_TRUE(seen);
    EXPECT_EQ(QueueBytes(samples), expected);
  }
};

TEST_P(QueueBytesOf, UnreadBytesAreTheReceiversOnly) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const Connection connection = MakeConnection(listener, GetParam().loopback, kPort);
  Send(connection.client, 1000);
  Send(connection.client, 234);
  Expect({{"tcp web inbound receive", 1234}});
  Send(connection.server, 77);
  Expect({{"tcp web inbound receive", 1234}, {"tcp web outbound receive", 77}});
}

TEST_P(QueueBytesOf, UnacknowledgedBytesAreTheSendersOnly) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const Connection connection = MakeConnection(listener, GetParam().loopback, kPort);
  DropIncoming("tcp dport " + std::to_string(kPort));
  Send(connection.client, 700);
  Expect({{"tcp web outbound send", 700}});
}

TEST_P(QueueBytesOf, EverySocketOfAServiceIsInTheSum) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  Sockets sockets;
  for (std::size_t i = 1; i <= 20; ++i) {
    Connection connection = MakeConnection(listener, GetParam().loopback, kPort);
    Send(connection.client, i);
    sockets.push_back(std::move(connection.client));
    sockets.push_back(std::move(connection.server));
  }
  Expect({{"tcp web inbound receive", 210}});
}

TEST_P(QueueBytesOf, ListeningSocketsAreLeftOut) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const UniqueFd waiting = Connect(GetParam().loopback, kPort);
  const Samples samples =
      CollectWhen({{"tcp " + std::string(Name(GetParam().family)) + " listen", 1},
                   {"tcp " + std::string(Name(GetParam().family)) + " established", 2}});
  EXPECT_EQ(testing::SumOf(samples, ListenerTally::kQueueLength), 1);
  Expect({});
}

// A socket that was not accepted yet has bytes like any other.
TEST_P(QueueBytesOf, BytesOfAWaitingConnectionAreInTheSum) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const UniqueFd waiting = Connect(GetParam().loopback, kPort);
  Send(waiting, 55);
  Expect({{"tcp web inbound receive", 55}});
}

// The kernel subtracts sequence numbers, and SYN and FIN take one each.
TEST_P(QueueBytesOf, SynCountsAsOneByte) {
  MakeBlackHole();
  const Sockets sockets = SynSent(GetParam(), kPort);
  Expect({{"tcp web outbound send", 1}});
}

TEST_P(QueueBytesOf, FinCountsAsOneByteAtBothEnds) {
  const UniqueFd listener = Listen(GetParam().loopback, kPort);
  const Connection connection = MakeConnection(listener, GetParam().loopback, kPort);
  Send(connection.client, 10);
  EndOutput(connection.client);
  Expect({{"tcp web inbound receive", 11}});

  DropIncoming("tcp sport " + std::to_string(kPort));
  Send(connection.server, 20);
  EndOutput(connection.server);
  Expect({{"tcp web inbound receive", 11}, {"tcp web inbound send", 21}});
}

TEST_P(QueueBytesOf, MinisocksAndRequestsHaveNoBytes) {
  const Sockets time_wait = TimeWait(GetParam(), kPort);
  const Sockets syn_recv = SynRecvWithoutClient(GetParam(), kPort + 1);
  const std::string family(Name(GetParam().family));
  CollectWhen({{"tcp " + family + " listen", 2},
               {"tcp " + family + " time_wait", 1},
               {"tcp " + family + " syn_recv", 1}});
  Expect({});
}

INSTANTIATE_TEST_SUITE_P(Family, QueueBytesOf, ::testing::Values(kIpv4, kIpv6),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace sockdiag::kernel
