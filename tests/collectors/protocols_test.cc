#include "collectors/protocols.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

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

/// A counter of the kernel, and the sample that shows it.
struct Row {
  const char* group;
  const char* name;
  const char* sample;
};
const Row kRows[] = {
    {"Tcp", "ActiveOpens", R"(sockdiag_tcp_opens_total{direction="outbound"})"},
    {"Tcp", "PassiveOpens", R"(sockdiag_tcp_opens_total{direction="inbound"})"},
    {"Tcp", "AttemptFails", "sockdiag_tcp_failed_opens_total"},
    {"Tcp", "EstabResets", "sockdiag_tcp_established_resets_total"},
    {"Tcp", "InSegs", R"(sockdiag_tcp_segments_total{direction="received"})"},
    {"Tcp", "OutSegs", R"(sockdiag_tcp_segments_total{direction="sent"})"},
    {"Tcp", "RetransSegs", "sockdiag_tcp_retransmitted_segments_total"},
    {"Tcp", "InErrs", "sockdiag_tcp_receive_errors_total"},
    {"Tcp", "OutRsts", "sockdiag_tcp_resets_sent_total"},
    {"TcpExt", "TCPAbortOnData", R"(sockdiag_tcp_aborts_total{reason="data"})"},
    {"TcpExt", "TCPAbortOnClose", R"(sockdiag_tcp_aborts_total{reason="close"})"},
    {"TcpExt", "TCPAbortOnMemory", R"(sockdiag_tcp_aborts_total{reason="memory"})"},
    {"TcpExt", "TCPAbortOnTimeout", R"(sockdiag_tcp_aborts_total{reason="timeout"})"},
    {"TcpExt", "TCPAbortOnLinger", R"(sockdiag_tcp_aborts_total{reason="linger"})"},
    {"TcpExt", "TCPSynRetrans", "sockdiag_tcp_syn_retransmits_total"},
    {"TcpExt", "TCPLostRetransmit", "sockdiag_tcp_lost_retransmits_total"},
    {"TcpExt", "TCPTimeouts", "sockdiag_tcp_timeouts_total"},
    {"TcpExt", "ListenOverflows", "sockdiag_tcp_listen_overflows_total"},
    {"TcpExt", "ListenDrops", "sockdiag_tcp_listen_drops_total"},
    {"TcpExt", "TCPReqQFullDrop", R"(sockdiag_tcp_request_queue_full_total{action="drop"})"},
    {"TcpExt", "TCPReqQFullDoCookies",
     R"(sockdiag_tcp_request_queue_full_total{action="cookies"})"},
    {"TcpExt", "SyncookiesSent", R"(sockdiag_tcp_syncookies_total{kind="sent"})"},
    {"TcpExt", "SyncookiesRecv", R"(sockdiag_tcp_syncookies_total{kind="received"})"},
    {"TcpExt", "SyncookiesFailed", R"(sockdiag_tcp_syncookies_total{kind="failed"})"},
    {"TcpExt", "TCPMemoryPressures", "sockdiag_tcp_memory_pressures_total"},
    {"TcpExt", "TCPMemoryPressuresChrono", "sockdiag_tcp_memory_pressure_seconds_total"},
    {"TcpExt", "PruneCalled", "sockdiag_tcp_prunes_total"},
    {"TcpExt", "TCPBacklogDrop", R"(sockdiag_tcp_dropped_segments_total{reason="backlog"})"},
    {"TcpExt", "TCPRcvQDrop", R"(sockdiag_tcp_dropped_segments_total{reason="receive_queue"})"},
    {"TcpExt", "TCPOFODrop", R"(sockdiag_tcp_dropped_segments_total{reason="out_of_order_queue"})"},
    {"TcpExt", "TCPZeroWindowDrop", R"(sockdiag_tcp_dropped_segments_total{reason="zero_window"})"},
    {"TcpExt", "TCPTimeWaitOverflow", "sockdiag_tcp_time_wait_overflows_total"},
    {"Udp", "InDatagrams", R"(sockdiag_udp_datagrams_total{family="ipv4",direction="received"})"},
    {"Udp", "OutDatagrams", R"(sockdiag_udp_datagrams_total{family="ipv4",direction="sent"})"},
    {"Udp6", "InDatagrams", R"(sockdiag_udp_datagrams_total{family="ipv6",direction="received"})"},
    {"Udp6", "OutDatagrams", R"(sockdiag_udp_datagrams_total{family="ipv6",direction="sent"})"},
    {"Udp", "RcvbufErrors", R"(sockdiag_udp_errors_total{family="ipv4",reason="receive_buffer"})"},
    {"Udp", "SndbufErrors", R"(sockdiag_udp_errors_total{family="ipv4",reason="send_buffer"})"},
    {"Udp", "InCsumErrors", R"(sockdiag_udp_errors_total{family="ipv4",reason="checksum"})"},
    {"Udp", "MemErrors", R"(sockdiag_udp_errors_total{family="ipv4",reason="memory"})"},
    {"Udp6", "RcvbufErrors", R"(sockdiag_udp_errors_total{family="ipv6",reason="receive_buffer"})"},
    {"Udp6", "SndbufErrors", R"(sockdiag_udp_errors_total{family="ipv6",reason="send_buffer"})"},
    {"Udp6", "InCsumErrors", R"(sockdiag_udp_errors_total{family="ipv6",reason="checksum"})"},
    {"Udp6", "MemErrors", R"(sockdiag_udp_errors_total{family="ipv6",reason="memory"})"},
    {"Udp", "NoPorts", R"(sockdiag_udp_no_port_total{family="ipv4"})"},
    {"Udp6", "NoPorts", R"(sockdiag_udp_no_port_total{family="ipv6"})"},
    {"Ip", "OutNoRoutes", R"(sockdiag_ip_no_route_total{family="ipv4"})"},
    {"Ip6", "OutNoRoutes", R"(sockdiag_ip_no_route_total{family="ipv6"})"}};

/// The n-th row counts n thousands.
std::uint64_t NumberOf(const Row& row) {
  return static_cast<std::uint64_t>(&row - std::begin(kRows) + 1) * 1000;
}

/// As in /proc/net/snmp: a line of names and one of numbers.
std::string Table(const std::string& group) {
  std::string names = group + ":";
  std::string numbers = group + ":";
  for (const Row& row : kRows) {
    if (row.group != group) continue;
    names += std::string(" ") + row.name;
    numbers += " " + std::to_string(NumberOf(row));
  }
  return names + "\n" + numbers + "\n";
}

/// As in /proc/net/snmp6: a line for each.
std::string List(const std::string& group) {
  std::string lines;
  for (const Row& row : kRows) {
    if (row.group == group) lines += group + row.name + " " + std::to_string(NumberOf(row)) + "\n";
  }
  return lines;
}

/// Of the exposition, what is no comment.
std::set<std::string> SampleLines(const Samples& samples) {
  std::set<std::string> lines;
  std::istringstream text(ToText(samples));
  for (std::string line; std::getline(text, line);) {
    if (!line.starts_with('#')) lines.insert(line);
  }
  return lines;
}

TEST_F(ProtocolsTest, EachCounterIsShownAsItself) {
  root_.Write(kSnmp, Table("Ip") + Table("Tcp") + Table("Udp"));
  root_.Write(kNetstat, Table("TcpExt"));
  root_.Write(kSnmp6, List("Ip6") + List("Udp6"));
  const auto [samples, error] = Read();
  EXPECT_EQ(error, "");
  std::set<std::string> expected;
  for (const Row& row : kRows) {
    const bool is_ms = std::string_view(row.name) == "TCPMemoryPressuresChrono";
    const std::uint64_t value = is_ms ? NumberOf(row) / 1000 : NumberOf(row);
    expected.insert(std::string(row.sample) + " " + std::to_string(value));
  }
  EXPECT_EQ(SampleLines(samples), expected);
}

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
