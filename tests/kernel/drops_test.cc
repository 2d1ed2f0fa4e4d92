// What each listener and each receiver dropped, by the kernel's own counters.

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

#include "sockets/tally/listener_tally.h"
#include "sockets/watch/drops_by_port.h"
#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/nstat.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

using testing::FiguresOf;
using testing::ValueOf;

constexpr std::uint16_t kPort = 5000;

class DropsKernel : public KernelTest {};

TEST_F(DropsKernel, OfListenersAreTogetherWhatNstatSays) {
  const UniqueFd full = Listen("127.0.0.1", kPort, {.backlog = 1});
  const UniqueFd also_full = Listen("::1", kPort + 1, {.backlog = 0});
  const UniqueFd idle = Listen("127.0.0.1", kPort + 2);
  Exporter exporter(WithoutNumbers());
  EXPECT_EQ(FiguresOf(exporter.Collect(), DropsByPort::kListenDrops),
            (Counts{{"5000 other", 0}, {"5001 other", 0}, {"5002 other", 0}}));
  Sockets clients;
  for (int i = 0; i < 3; ++i) clients.push_back(StartConnect("127.0.0.1", kPort));
  for (int i = 0; i < 3; ++i) clients.push_back(StartConnect("::1", kPort + 1));
  // Those that nobody takes send their SYN again and again.
  EXPECT_TRUE(WaitUntil([&] {
    const double before = Nstat("TcpExtListenDrops");
    const Samples samples = exporter.Collect();
    const double v4 = ValueOf(samples, DropsByPort::kListenDrops, "5000 other");
    const double v6 = ValueOf(samples, DropsByPort::kListenDrops, "5001 other");
    EXPECT_EQ(ValueOf(samples, DropsByPort::kListenDrops, "5002 other"), 0);
    return v4 > 0 && v6 > 0 && v4 + v6 == before && Nstat("TcpExtListenDrops") == before;
  }));
}

TEST_F(DropsKernel, OfAReceiverAreWhatItDidNotGet) {
  const UniqueFd receiver = Bind(SOCK_DGRAM, "127.0.0.1", kPort);
  const UniqueFd other = Bind(SOCK_DGRAM, "::1", kPort + 1, {.ipv6_only = true});
  const int least = 1;
  Check("SO_RCVBUF", setsockopt(receiver.Get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof(least)));
  int limit = 0;
  socklen_t size = sizeof(limit);
  Check("SO_RCVBUF", getsockopt(receiver.Get(), SOL_SOCKET, SO_RCVBUF, &limit, &size));
  Exporter exporter(WithoutNumbers());
  static_cast<void>(exporter.Collect());
  const UniqueFd sender = ConnectUdp("127.0.0.1", kPort);
  constexpr int kSent = 20;
  for (int i = 0; i < kSent; ++i) Send(sender, 1000);
  const Samples samples = exporter.Collect();
  int received = 0;
  std::array<char, 1000> bytes;
  while (recv(receiver.Get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) ++received;
  EXPECT_EQ(FiguresOf(samples, DropsByPort::kReceiveDrops),
            (Counts{{"5000 other", kSent - received}, {"5001 other", 0}}));
  EXPECT_EQ(ValueOf(samples, ListenerTally::kReceiveBufferLimit, "5000 other"), limit);
  EXPECT_GE(ValueOf(samples, ListenerTally::kReceiveBuffer, "5000 other"), 1000 * received);
  EXPECT_EQ(ValueOf(exporter.Collect(), ListenerTally::kReceiveBuffer, "5000 other"), 0);
}

}  // namespace
}  // namespace sockdiag::kernel
