#include "proc/protocol_counters.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace sockdiag {
namespace {

using Counters = std::vector<ProtocolCounter>;

TEST(ProtocolCounters, ATableHasNamesAndValuesInPairsOfLines) {
  EXPECT_EQ(ParseProtocolTable("Tcp: RtoMin MaxConn RetransSegs\nTcp: 200 -1 18446744073709551615\n"
                               "IcmpMsg:\nIcmpMsg:\nUdp: NoPorts\nUdp: 7\n")
                .value(),
            (Counters{{"Tcp", "RtoMin", 200},
                      {"Tcp", "MaxConn", -1},
                      {"Tcp", "RetransSegs", 18446744073709551615.0},
                      {"Udp", "NoPorts", 7}}));
}

TEST(ProtocolCounters, AListHasGroupsThatEndWithASix) {
  EXPECT_EQ(
      ParseProtocolList("Ip6InReceives                   \t12\nUdpLite6NoPorts\t0\n"
                        "Icmp6OutType136 \t3\n")
          .value(),
      (Counters{
          {"Ip6", "InReceives", 12}, {"UdpLite6", "NoPorts", 0}, {"Icmp6", "OutType136", 3}}));
}

TEST(ProtocolCounters, WhatIsNoTableSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "\"\" is not a group and a colon"},
      {"Tcp\nTcp: 1\n", "\"Tcp\" is not a group and a colon"},
      {"Tcp: A\n: 1\n", "\":\" is not a group and a colon"},
      {"Tcp: A\n", "\"\" is not a group and a colon"},
      {"Tcp: A\nUdp: 1\n", "values of \"Udp\" follow names of \"Tcp\""},
      {"Tcp: A B\nTcp: 1\n", "\"Tcp\" has no integer for \"B\""},
      {"Tcp: A\nTcp: 1x\n", "\"Tcp\" has no integer for \"A\""},
      {"Tcp: A\nTcp: 1 2\n", "\"Tcp\" has more values than names"}};
  for (const auto& [text, message] : cases) {
    const auto counters = ParseProtocolTable(text);
    EXPECT_EQ(counters ? "none" : counters.error().message, message) << text;
  }
}

TEST(ProtocolCounters, WhatIsNoListSaysWhy) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "it is empty"},
      {"IpInReceives 1\n", "\"IpInReceives\" begins with no group that ends with a 6"},
      {"Ip6InReceives\n", "\"Ip6InReceives\" has no integer"},
      {"Ip6InReceives x\n", "\"Ip6InReceives\" has no integer"}};
  for (const auto& [text, message] : cases) {
    const auto counters = ParseProtocolList(text);
    EXPECT_EQ(counters ? "none" : counters.error().message, message) << text;
  }
}

}  // namespace
}  // namespace sockdiag
