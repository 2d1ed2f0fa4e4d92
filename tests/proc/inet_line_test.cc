#include "proc/inet_line.h"

#include <gtest/gtest.h>

#include <string>

namespace sockdiag {
namespace {

// As Linux 6.18 writes them.
const std::string kTcp =
    "   0: 0100007F:1F90 0A00000A:A1B2 01 00000010:00000020 02:00000A5C 00000003  1000        4 "
    "20443 2 0000000000000000 20 4 30 10 -1                   ";
const std::string kTimeWait =
    "  17: 0100007F:A1B2 0100007F:1F90 06 00000000:00000000 03:0000176C 00000000     0        0 0 "
    "3 "
    "0000000000000000";
const std::string kTcp6 =
    "   1: 0000000000000000FFFF00000100007F:1F90 B80D0120000000000000000001000000:0050 08 "
    "00000000:00000001 00:00000000 00000000     0        0 20447 1 000000004c1a1b2c 20 4 0 10 -1";
const std::string kUdp =
    "  362: 00000000:0035 00000000:0000 07 00000000:00000300 00:00000000 00000000     0        0 "
    "20449 2 00000000a3b1c2d4 17";

TEST(InetLine, HasTheColumnsOfATcpSocket) {
  const InetLine line = ParseInetLine(kTcp).value();
  EXPECT_EQ(line.local.address_bytes, 4U);
  EXPECT_EQ(line.local.address[0], std::byte{127});
  EXPECT_EQ(line.local.address[3], std::byte{1});
  EXPECT_EQ(line.local.port, 8080);
  EXPECT_EQ(line.remote.address[0], std::byte{10});
  EXPECT_EQ(line.remote.port, 0xa1b2);
  EXPECT_EQ(line.state, 1);
  EXPECT_EQ(line.send_queue, 16U);
  EXPECT_EQ(line.receive_queue, 32U);
  EXPECT_EQ(line.timer, 2);
  EXPECT_EQ(line.retransmits, 3U);
  EXPECT_EQ(line.probes, 4U);
  EXPECT_EQ(line.inode, 20443U);
}

TEST(InetLine, EndsWithThePointerWhereASocketHasNoMore) {
  const InetLine line = ParseInetLine(kTimeWait).value();
  EXPECT_EQ(line.state, 6);
  EXPECT_EQ(line.timer, 3);
  EXPECT_EQ(line.inode, 0U);
  EXPECT_EQ(line.rest, "");
}

TEST(InetLine, HasIpv6AddressesInNetworkOrder) {
  const InetLine line = ParseInetLine(kTcp6).value();
  EXPECT_EQ(line.local.address_bytes, 16U);
  EXPECT_EQ(line.local.address[10], std::byte{0xff});
  EXPECT_EQ(line.local.address[12], std::byte{127});
  EXPECT_EQ(line.remote.address[0], std::byte{0x20});
  EXPECT_EQ(line.remote.address[1], std::byte{0x01});
  EXPECT_EQ(line.remote.address[15], std::byte{1});
  EXPECT_EQ(line.remote.port, 80);
}

TEST(InetLine, LeavesWhatDiffersBetweenTheTables) {
  EXPECT_EQ(ParseInetLine(kUdp).value().rest, " 17");
}

TEST(InetLine, TakesAPointerThatIsHidden) {
  std::string hidden = kTimeWait;
  hidden.replace(hidden.rfind(' ') + 1, std::string::npos, "(____ptrval____)");
  EXPECT_TRUE(ParseInetLine(hidden));
}

TEST(InetLine, RefusesEachLineThatIsCut) {
  const std::size_t pointer = kTimeWait.rfind(' ') + 1;
  for (std::size_t size = 0; size <= pointer; ++size) {
    const auto line = ParseInetLine(std::string_view(kTimeWait).substr(0, size));
    ASSERT_FALSE(line) << size;
    EXPECT_NE(line.error().message.find("is not a line of sockets"), std::string::npos);
  }
}

TEST(InetLine, RefusesWhatIsNoSuchLine) {
  const auto with = [](const std::string& part, const std::string& other) {
    std::string line = kTcp;
    return line.replace(line.find(part), part.size(), other);
  };
  for (const std::string& line :
       {std::string("garbage"), std::string(5000, '0'), std::string("\0\xff: \x01", 6),
        with("0100007F", "0100007"), with("0100007F", "0100007FF"), with("0100007F", "0100007G"),
        with("0100007F", "0100007F0100007F"), with("0100007F", std::string(32, '0')),
        with("0100007F", std::string(40, '0')), with(":1F90", ":"), with(":1F90", ":11F90"),
        with(":1F90", ":-F90"), with(" 01 ", " 100 "), with("00000010", "100000010"),
        with("00000010:", "00000010 "), with("20443", "x"), with("0:", "0")}) {
    EXPECT_FALSE(ParseInetLine(line)) << line;
  }
}

}  // namespace
}  // namespace sockdiag
