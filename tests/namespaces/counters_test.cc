#include "namespaces/counters.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

const std::string kSockstat =
    "sockets: used 9\nTCP: inuse 5 orphan 0 tw 2 alloc 6 mem 1\nUDP: inuse 3 mem 0\nUDPLITE: inuse "
    "7\n";
const std::string kSockstat6 = "TCP6: inuse 10\nUDP6: inuse 20\nUDPLITE6: inuse 0\n";
const std::string kSnmp =
    "Ip: Forwarding InReceives\nIp: 1 99\n"
    "Tcp: RtoAlgorithm MaxConn InSegs OutSegs RetransSegs\nTcp: 1 -1 1000 2000 50\n"
    "Udp: InDatagrams NoPorts InErrors OutDatagrams\nUdp: 100 7 8 200\n"
    "UdpLite: InDatagrams OutDatagrams\nUdpLite: 5 6\n";
const std::string kSnmp6 =
    "Ip6InReceives   \t5\nUdp6InDatagrams  "
    "\t300\nUdp6NoPorts\t9\nUdp6InErrors\t10\nUdp6OutDatagrams\t400\n";

std::string RefusalOf(const CounterTexts& texts) {
  const Result<NamespaceCounters> counters = ParseCounters(texts);
  return counters ? "accepted" : counters.error().message;
}

TEST(ParseCounters, AddsBothVersionsOfIp) {
  EXPECT_EQ(ParseCounters({kSockstat, kSockstat6, kSnmp, kSnmp6}).value(),
            (NamespaceCounters{15, 2, 1000, 50, 23, 1018}));
}

TEST(ParseCounters, AKernelWithoutIpv6HasNoSocketOfIt) {
  EXPECT_EQ(ParseCounters({kSockstat, std::nullopt, kSnmp, std::nullopt}).value(),
            (NamespaceCounters{5, 2, 1000, 50, 3, 308}));
}

TEST(ParseCounters, WhatIsNotThereIsNoZero) {
  EXPECT_EQ(RefusalOf({"", kSockstat6, kSnmp, kSnmp6}), "sockstat: there is no TCP: inuse");
  EXPECT_EQ(RefusalOf({"TCP: inuse 1\nUDP: inuse 1\n", {}, kSnmp, {}}),
            "sockstat: there is no TCP: tw");
  EXPECT_EQ(RefusalOf({kSockstat, "TCP6: inuse 1\n", kSnmp, {}}),
            "sockstat6: there is no UDP6: inuse");
  EXPECT_EQ(RefusalOf({kSockstat, {}, "", {}}), "snmp: there is no Tcp: InSegs");
  EXPECT_EQ(RefusalOf({kSockstat, {}, "Tcp: InSegs\nTcp: 1\n", {}}),
            "snmp: there is no Tcp: RetransSegs");
  EXPECT_EQ(RefusalOf({kSockstat, {}, "Tcp: InSegs RetransSegs\nTcp: 1 2\n", {}}),
            "snmp: there is no Udp: InDatagrams");
  EXPECT_EQ(RefusalOf({kSockstat, {}, kSnmp, ""}), "snmp6: there is no Udp6InDatagrams");
}

TEST(ParseCounters, WhatIsNoCountIsRefused) {
  EXPECT_EQ(RefusalOf({"TCP: inuse x tw 1\nUDP: inuse 1\n", {}, kSnmp, {}}),
            "sockstat: inuse is \"x\", not a count");
  EXPECT_EQ(RefusalOf({"TCP: inuse\nUDP: inuse 1\n", {}, kSnmp, {}}),
            "sockstat: inuse is \"\", not a count");
  EXPECT_EQ(RefusalOf({kSockstat, {}, "Tcp: MaxConn InSegs\nTcp: 1\n", {}}),
            "snmp: InSegs is \"\", not a count");
  EXPECT_EQ(RefusalOf({kSockstat, {}, kSnmp, "Udp6InDatagrams -5\nUdp6OutDatagrams 1\n"}),
            "snmp6: Udp6InDatagrams is \"-5\", not a count");
}

TEST(ReadCounters, ReadsThisNamespaces) {
  const Result<NamespaceCounters> counters = ReadCounters("/proc");
  EXPECT_TRUE(counters) << counters.error().message;
}

TEST(ReadCounters, NamesTheFileThatCannotBeRead) {
  const testing::TemporaryDirectory proc;
  EXPECT_EQ(ReadCounters(proc.path()).error().message,
            proc.Path("thread-self/net/sockstat") + ": No such file or directory (ENOENT)");
  proc.Write("thread-self/net/sockstat", kSockstat);
  proc.Write("thread-self/net/snmp", kSnmp);
  EXPECT_EQ(ReadCounters(proc.path()).value().tcp_in_use, 5U);
  proc.MakeUnreadable("thread-self/net/sockstat6");
  EXPECT_EQ(ReadCounters(proc.path()).error().message,
            proc.Path("thread-self/net/sockstat6") + ": Is a directory (EISDIR)");
}

}  // namespace
}  // namespace sockdiag
