#include "collectors/families/netlink.h"

#include <gtest/gtest.h>

#include <string>

#include "collectors/families/netlink_table.h"
#include "tests/collectors/families/family_answers.h"
#include "tests/collectors/families/proc_tables.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::ReadFrom;
using testing::ValueOf;

constexpr const char* kHeading =
    "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n";

std::string Line(int protocol, unsigned port_id, unsigned drops, int inode) {
  return "0000000007dafadc " + std::to_string(protocol) + "   " + std::to_string(port_id) +
         "          00000000 0        0        0     2        " + std::to_string(drops) +
         "        " + std::to_string(inode) + "       \n";
}

class NetlinkTest : public testing::ProcTablesTest {
 protected:
  [[nodiscard]] testing::Reading Read(const std::string& lines) {
    Write("netlink", kHeading + lines);
    return ReadFrom(collector_);
  }

  SocketDrops<std::uint32_t> drops_;
  NetlinkCollector collector_{drops_, Reading()};
};

TEST_F(NetlinkTest, CountsThoseOfProgramsByProtocol) {
  static_cast<void>(Read(""));
  const auto [samples, error, lack] =
      Read(Line(0, 0, 0, 1) + Line(0, 4294967295, 0, 2) + Line(0, 100, 3, 3) + Line(4, 101, 0, 4) +
           Line(9, 0, 0, 5) + Line(15, 102, 0, 6) + Line(31, 103, 0, 7));
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_netlink_sockets"),
            (Figures{{"route", 2}, {"sock_diag", 1}, {"kobject_uevent", 1}, {"31", 1}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_netlink_drops_total"),
            (Figures{{"route", 3}, {"sock_diag", 0}, {"kobject_uevent", 0}, {"31", 0}}));
}

TEST_F(NetlinkTest, WhatWasSeenStays) {
  static_cast<void>(Read(""));
  static_cast<void>(Read(Line(16, 100, 3, 3)));
  const Samples samples = Read("").samples;
  EXPECT_EQ(FiguresOf(samples, "sockdiag_netlink_sockets"),
            (Figures{{"route", 0}, {"sock_diag", 0}, {"generic", 0}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_netlink_drops_total"),
            (Figures{{"route", 0}, {"sock_diag", 0}, {"generic", 3}}));
}

TEST_F(NetlinkTest, ASocketThatTakesTheAddressOfAnotherBeginsAnew) {
  static_cast<void>(Read(Line(0, 100, 3, 3)));
  EXPECT_EQ(ValueOf(Read(Line(0, 100, 2, 4)).samples, "sockdiag_netlink_drops_total", "route"), 2);
}

TEST_F(NetlinkTest, ALineThatIsWrongMakesItFail) {
  const auto [samples, error, lack] = Read(Line(0, 100, 3, 3) + "garbage\n");
  EXPECT_EQ(error, Path("netlink") + ": \"garbage\" is not a line of netlink sockets");
  EXPECT_TRUE(samples.families().empty());
}

TEST_F(NetlinkTest, TooManyMakeItFail) {
  static_cast<void>(Read(Line(0, 100, 3, 3)));
  cost_ = std::chrono::seconds(1);
  const auto [samples, error, lack] = Read(Line(0, 100, 4, 3));
  EXPECT_EQ(error, Path("netlink") + testing::kTooMuch);
  EXPECT_TRUE(samples.families().empty());
  cost_ = std::chrono::seconds(0);
  clock_.Advance(RefusalMemory::kTime);
  EXPECT_EQ(ValueOf(Read(Line(0, 100, 5, 3)).samples, "sockdiag_netlink_drops_total", "route"), 2);
}

TEST_F(NetlinkTest, WithoutTheFileThereIsNothing) {
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "there is no " + Path("netlink"));
  EXPECT_TRUE(samples.families().empty());
}

TEST(NetlinkTable, RefusesLinesThatAreCutOrHoldOtherThings) {
  EXPECT_TRUE(ParseNetlinkLine("0 0 1 0 0 0 0 2 0 4"));
  for (const char* line :
       {"", "0", "0 0 1 0 0 0 0 2 0", "0 0 1 0 0 0 0 2 0 4x", "0 -1 1 0 0 0 0 2 0 4",
        "0 0 4294967296 0 0 0 0 2 0 4", "0 x 1 0 0 0 0 2 0 4", "\xff\xff"}) {
    EXPECT_FALSE(ParseNetlinkLine(line)) << line;
  }
}

TEST(NetlinkTable, NamesProtocolsAsTheKernelsHeaderDoes) {
  EXPECT_EQ(NetlinkProtocolName(0), "route");
  EXPECT_EQ(NetlinkProtocolName(9), "audit");
  EXPECT_EQ(NetlinkProtocolName(16), "generic");
  EXPECT_EQ(NetlinkProtocolName(22), "smc");
  EXPECT_EQ(NetlinkProtocolName(17), "17");
  EXPECT_EQ(NetlinkProtocolName(23), "23");
}

}  // namespace
}  // namespace sockdiag
