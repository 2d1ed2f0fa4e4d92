// SYN_RECV has two forms in the kernel: a request socket, which is what nearly all of them are, and
// a full socket. Both must be counted, and always as inbound.

#include <gtest/gtest.h>

#include <string>

#include "tests/kernel/exporter.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/sockets.h"
#include "tests/kernel/tcp_scenes.h"

namespace sockdiag::kernel {
namespace {

constexpr std::uint16_t kPort = 5000;

class SynRecv : public KernelTestWith<IpVersion> {
 protected:
  [[nodiscard]] std::string Key(const std::string& state) const {
    return "tcp " + std::string(Name(GetParam().family)) + " " + state;
  }
};

TEST_P(SynRecv, CountsARequestWhoseClientIsGone) {
  const Sockets sockets = SynRecvWithoutClient(GetParam(), kPort);
  const Samples samples = CollectWhen({{Key("listen"), 1}, {Key("syn_recv"), 1}});
  EXPECT_EQ(PortCounts(samples),
            (Counts{{"tcp 5000 inbound listen", 1}, {"tcp 5000 inbound syn_recv", 1}}));
  EXPECT_EQ(ListenerCounts(samples),
            (Counts{{"tcp 5000 other listeners", 1}, {"5000 other limit", 1024}}))
      << "a request does not wait for accept() yet";
}

TEST_P(SynRecv, CountsAFlood) {
  Sockets sockets = SynAckLost(GetParam(), kPort);
  for (int i = 1; i < 100; ++i) sockets.push_back(StartConnect(GetParam().loopback, kPort));
  CollectWhen({{Key("listen"), 1}, {Key("syn_recv"), 100}, {Key("syn_sent"), 100}});
}

TEST_P(SynRecv, CountsBothEndsWhenTheSynAckIsLost) {
  const Sockets sockets = SynAckLost(GetParam(), kPort);
  const Samples samples =
      CollectWhen({{Key("listen"), 1}, {Key("syn_recv"), 1}, {Key("syn_sent"), 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 inbound listen", 1},
                                         {"tcp 5000 inbound syn_recv", 1},
                                         {"tcp 5000 outbound syn_sent", 1}}));
}

TEST_P(SynRecv, CountsARequestThatWaitsForData) {
  const Sockets sockets = DeferredAccept(GetParam(), kPort);
  CollectWhen({{Key("listen"), 1}, {Key("syn_recv"), 1}, {Key("established"), 1}});
}

TEST_P(SynRecv, CountsTheFullSocketOfASimultaneousOpen) {
  const Sockets sockets = SimultaneousOpen(GetParam(), kPort);
  const Samples samples = CollectWhen({{Key("syn_recv"), 1}});
  EXPECT_EQ(PortCounts(samples), (Counts{{"tcp 5000 inbound syn_recv", 1}}));
}

TEST_P(SynRecv, CountsTheFullSocketOfTcpFastOpen) {
  const Sockets sockets = FastOpen(GetParam(), kPort);
  CollectWhen({{Key("listen"), 1}, {Key("syn_recv"), 1}, {Key("established"), 1}});
}

INSTANTIATE_TEST_SUITE_P(Family, SynRecv, ::testing::Values(kIpv4, kIpv6),
                         ::testing::PrintToStringParamName());

}  // namespace
}  // namespace sockdiag::kernel
