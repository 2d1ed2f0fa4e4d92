#include "sockets/tally/ephemeral_ports_tally.h"

#include <gtest/gtest.h>

#include "sockets/tally/socket_tallies.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using testing::Tcp;
using testing::ValueOf;
using Tally = EphemeralPortsTally;
constexpr auto kCloseWait = SocketState::kCloseWait;

TEST(EphemeralPortsTally, CountsPortsOfOutboundSockets) {
  testing::SocketScrapes scrapes;
  const Samples samples =
      scrapes.Scrape(std::vector{Tcp(SocketState::kTimeWait, "10.0.0.1:40000", "10.0.0.2:1"),
                                 Tcp(SocketState::kEstablished, "10.0.0.1:40001", "10.0.0.2:1"),
                                 Tcp(kCloseWait, "10.0.0.1:40000", "10.0.0.2:2"),
                                 Tcp(kCloseWait, "10.0.0.1:1000", "10.0.0.2:3")});
  EXPECT_EQ(ValueOf(samples, Tally::kLimit), 28232);
  EXPECT_EQ(ValueOf(samples, Tally::kUsed), 2);
  EXPECT_EQ(ValueOf(samples, Tally::kSockets), 3);
  EXPECT_EQ(ValueOf(samples, Tally::kMaxUsedPerDestination), 2);
}

TEST(EphemeralPortsTally, LeavesReservedPortsOut) {
  EphemeralPorts ports;
  ports.reserved = {{Port::FromHost(1), Port::FromHost(32767)},
                    {Port::FromHost(40000), Port::FromHost(40009)}};
  EphemeralPortsTally tally(ports);
  tally.AddOutbound(Tcp(kCloseWait, "10.0.0.1:40000", "10.0.0.2:1"));
  tally.AddOutbound(Tcp(kCloseWait, "10.0.0.1:40010", "10.0.0.2:1"));
  Samples samples;
  tally.Show(samples);
  EXPECT_EQ(ValueOf(samples, Tally::kLimit), 28222);
  EXPECT_EQ(ValueOf(samples, Tally::kUsed), 1);
  EXPECT_EQ(ValueOf(samples, Tally::kSockets), 1);
  EXPECT_EQ(ValueOf(samples, Tally::kMaxUsedPerDestination), 1);
}

}  // namespace
}  // namespace sockdiag
