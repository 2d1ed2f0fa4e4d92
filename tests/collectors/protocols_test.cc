#include "collectors/protocols.h"

#include <gtest/gtest.h>

#include <string>

#include "metrics/text.h"
#include "tests/support/figures.h"
#include "tests/support/files.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::ValueOf;

constexpr const char* kSnmp = "thread-self/net/snmp";
constexpr const char* kNetstat = "thread-self/net/netstat";
constexpr const char* kSnmp6 = "thread-self/net/snmp6";

class ProtocolsTest : public ::testing::Test {
 protected:
  struct Reading {
    Samples samples;
    /// Empty when it did not fail.
    std::string error;
  };

  [[nodiscard]] Reading Read(bool shows_raw = false) const {
    ProtocolsCollector collector(shows_raw, root_.path());
    Findings findings;
    const Result<void> result = collector.Collect(findings);
    return {std::move(findings.samples), result ? "" : result.error().message};
  }

  const testing::TemporaryDirectory root_;
};

TEST_F(ProtocolsTest, ShowsWhatTellsOfTrouble) {
  root_.Write(kSnmp,
              "Tcp: RtoMin ActiveOpens PassiveOpens RetransSegs\nTcp: 200 1 2 3\n"
              "Udp: InDatagrams NoPorts RcvbufErrors\nUdp: 4 5 6\n");
  root_.Write(kNetstat,
              "TcpExt: ListenOverflows ListenDrops TCPMemoryPressuresChrono TCPAbortOnData\n"
              "TcpExt: 7 8 9500 10\nIpExt: InOctets\nIpExt: 11\n");
  root_.Write(kSnmp6, "Ip6OutNoRoutes 12\nUdp6RcvbufErrors 13\nUdpLite6NoPorts 14\n");
  const auto [samples, error] = Read();
  EXPECT_EQ(error, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_tcp_opens_total"),
            (Figures{{"outbound", 1}, {"inbound", 2}}));
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_retransmitted_segments_total"), 3);
  EXPECT_EQ(FiguresOf(samples, "sockdiag_udp_datagrams_total"), (Figures{{"ipv4 received", 4}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_udp_no_port_total"), (Figures{{"ipv4", 5}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_udp_errors_total"),
            (Figures{{"ipv4 receive_buffer", 6}, {"ipv6 receive_buffer", 13}}));
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_listen_overflows_total"), 7);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_listen_drops_total"), 8);
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_memory_pressure_seconds_total"), 9.5);
  EXPECT_EQ(FiguresOf(samples, "sockdiag_tcp_aborts_total"), (Figures{{"data", 10}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_ip_no_route_total"), (Figures{{"ipv6", 12}}));
  EXPECT_EQ(samples.families().size(), 10U) << "and what this kernel lacks is absent";
}

TEST_F(ProtocolsTest, ShowsAllByTheKernelsNamesWhereThatIsWanted) {
  root_.Write(kSnmp, "Tcp: RtoMin RetransSegs\nTcp: 200 3\n");
  root_.Write(kSnmp6, "Udp6NoPorts 14\n");
  const Samples samples = Read(/*shows_raw=*/true).samples;
  EXPECT_EQ(FiguresOf(samples, "sockdiag_protocol_counter"),
            (Figures{{"Tcp RtoMin", 200}, {"Tcp RetransSegs", 3}, {"Udp6 NoPorts", 14}}));
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_retransmitted_segments_total"), 3);
}

TEST_F(ProtocolsTest, AHostWithoutIpv6HasTheOthers) {
  root_.Write(kSnmp, "Udp: NoPorts\nUdp: 5\n");
  root_.Write(kNetstat, "TcpExt: ListenDrops\nTcpExt: 8\n");
  const auto [samples, error] = Read();
  EXPECT_EQ(error, "");
  EXPECT_EQ(samples.families().size(), 2U);
}

TEST_F(ProtocolsTest, AFileThatIsWrongMakesItFailAndTheOthersAreShown) {
  root_.Write(kSnmp, "Udp: NoPorts\nUdp: many\n");
  root_.Write(kNetstat, "TcpExt: ListenDrops\nTcpExt: 8\n");
  const auto [samples, error] = Read();
  EXPECT_EQ(error, root_.path() + "/" + kSnmp + ": \"Udp\" has no integer for \"NoPorts\"");
  EXPECT_EQ(ValueOf(samples, "sockdiag_tcp_listen_drops_total"), 8);
  EXPECT_EQ(samples.families().size(), 1U);
}

TEST_F(ProtocolsTest, WithoutAnyItFails) {
  EXPECT_EQ(Read().error, root_.path() + " shows none of the kernel's protocol statistics");
}

}  // namespace
}  // namespace sockdiag
