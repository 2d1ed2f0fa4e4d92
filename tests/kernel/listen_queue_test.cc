// In LISTEN the kernel shows the accept queue where other states have bytes.

#include <gtest/gtest.h>

#include <algorithm>

#include "sockets/tally/socket_tallies.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;

class ListenQueue : public KernelTest {};

TEST_F(ListenQueue, FillsFromEmptyToMoreThanItsLimit) {
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 2});
  Sockets clients;
  for (int waiting = 0; waiting <= 3; ++waiting) {
    if (waiting > 0) clients.push_back(Connect("127.0.0.1", kPort));
    Counts expected{{"tcp ipv4 listen", 1}};
    if (waiting > 0) expected["tcp ipv4 established"] = 2 * waiting;
    const Samples samples = CollectWhen(expected);
    EXPECT_EQ(testing::FiguresOf(samples, ListenerTally::kQueueLength),
              (Counts{{"5000 other", static_cast<double>(waiting)}}));
    EXPECT_EQ(testing::FiguresOf(samples, ListenerTally::kQueueLimit), (Counts{{"5000 other", 2}}));
    EXPECT_DOUBLE_EQ(Saturation(samples), static_cast<double>(waiting) / 2);
  }
}

TEST_F(ListenQueue, OverflowLeavesFurtherClientsInSynSent) {
  const UniqueFd listener = Listen("::1", kPort, {.backlog = 2});
  Sockets clients;
  for (int i = 0; i < 3; ++i) clients.push_back(Connect("::1", kPort));
  for (int i = 0; i < 2; ++i) clients.push_back(StartConnect("::1", kPort));
  const Samples samples =
      CollectWhen({{"tcp ipv6 listen", 1}, {"tcp ipv6 established", 6}, {"tcp ipv6 syn_sent", 2}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 inbound listen", 1},
                                         {"tcp 5000 inbound established", 3},
                                         {"tcp 5000 outbound established", 3},
                                         {"tcp 5000 outbound syn_sent", 2}}));
  EXPECT_DOUBLE_EQ(Saturation(samples), 1.5);
}

TEST_F(ListenQueue, AcceptEmptiesIt) {
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 4});
  const UniqueFd first = Connect("127.0.0.1", kPort);
  const UniqueFd second = Connect("127.0.0.1", kPort);
  const UniqueFd accepted = Accept(listener);
  const Samples samples = CollectWhen({{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 4}});
  EXPECT_EQ(
      ListenerCounts(samples),
      (Counts{{"tcp 5000 other listeners", 1}, {"5000 other length", 1}, {"5000 other limit", 4}}));
}

TEST_F(ListenQueue, BacklogOfZeroHoldsOne) {
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 0});
  const UniqueFd client = Connect("127.0.0.1", kPort);
  const Samples samples = CollectWhen({{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 2}});
  EXPECT_EQ(ListenerCounts(samples),
            (Counts{{"tcp 5000 other listeners", 1}, {"5000 other length", 1}}));
  EXPECT_DOUBLE_EQ(Saturation(samples), 1.0);
}

TEST_F(ListenQueue, AtItsLimitOneMoreIsTaken) {
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 511});
  Sockets clients;
  for (int i = 0; i < 511; ++i) clients.push_back(Connect("127.0.0.1", kPort));
  Samples samples = CollectWhen({{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 1022}});
  EXPECT_DOUBLE_EQ(Saturation(samples), 1.0);
  clients.push_back(Connect("127.0.0.1", kPort));
  samples = CollectWhen({{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 1024}});
  EXPECT_GT(Saturation(samples), 1);
  clients.push_back(StartConnect("127.0.0.1", kPort));
  CollectWhen({{"tcp ipv4 listen", 1}, {"tcp ipv4 established", 1024}, {"tcp ipv4 syn_sent", 1}});
}

TEST_F(ListenQueue, SomaxconnBoundsTheLimit) {
  WriteSysctl("net/core/somaxconn", "7");
  const UniqueFd listener = Listen("127.0.0.1", kPort, {.backlog = 1000});
  const Samples samples = CollectWhen({{"tcp ipv4 listen", 1}});
  EXPECT_EQ(testing::ValueOf(samples, ListenerTally::kQueueLimit, "5000 other"), 7);
}

TEST_F(ListenQueue, ReusePortListenersAreSummedAndTheFullestDecides) {
  Sockets listeners;
  for (const int backlog : {40, 80, 160}) {
    listeners.push_back(Listen("127.0.0.1", kPort, {.reuse_port = true, .backlog = backlog}));
  }
  Sockets clients;
  for (int i = 0; i < 30; ++i) clients.push_back(Connect("127.0.0.1", kPort));
  const Samples samples = CollectWhen({{"tcp ipv4 listen", 3}, {"tcp ipv4 established", 60}});
  EXPECT_EQ(ListenerCounts(samples), (Counts{{"tcp 5000 other listeners", 3},
                                             {"5000 other length", 30},
                                             {"5000 other limit", 280}}));

  // Which listener gets a connection is the kernel's choice, so ask each.
  double fullest = 0;
  for (const UniqueFd& listener : listeners) {
    const AcceptQueue queue = ReadAcceptQueue(listener);
    fullest = std::max(fullest, static_cast<double>(queue.length) / queue.limit);
  }
  EXPECT_DOUBLE_EQ(Saturation(samples), fullest);
}

TEST_F(ListenQueue, ListenersOfTwoAddressesAndServicesStayApart) {
  Config config = WithWebService(kPort);
  config.services.front().local_networks.push_back(*Cidr::Parse("127.0.0.1/32"));
  const UniqueFd web = Listen("127.0.0.1", kPort, {.backlog = 5});
  const UniqueFd other = Listen("127.0.0.2", kPort, {.backlog = 6});
  const UniqueFd client = Connect("127.0.0.2", kPort);
  const Samples samples =
      CollectWhen({{"tcp ipv4 listen", 2}, {"tcp ipv4 established", 2}}, config);
  EXPECT_EQ(ListenerCounts(samples), (Counts{{"tcp 5000 web listeners", 1},
                                             {"5000 web limit", 5},
                                             {"tcp 5000 other listeners", 1},
                                             {"5000 other length", 1},
                                             {"5000 other limit", 6}}));
}

}  // namespace
}  // namespace sockdiag::kernel
