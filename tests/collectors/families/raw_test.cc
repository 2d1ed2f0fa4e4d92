#include "collectors/families/raw.h"

#include <gtest/gtest.h>

#include <string>

#include "collectors/families/raw_table.h"
#include "tests/collectors/families/family_answers.h"
#include "tests/collectors/families/proc_tables.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::ReadFrom;

constexpr const char* kHeading =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode ref pointer drops\n";
constexpr const char* kHeading6 =
    "  sl  local_address                         remote_address                        st tx_queue "
    "rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n";

std::string Line(const std::string& local) {
  return "   1: " + local +
         " 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 4711 2 "
         "0000000000000000 0\n";
}

std::string Line6(const std::string& port) {
  return Line("00000000000000000000000000000000:" + port);
}

class RawTest : public testing::ProcTablesTest {
 protected:
  RawCollector collector_{Reading()};
};

TEST_F(RawTest, CountsByFamilyAndIpProtocol) {
  Write("raw", kHeading + Line("00000000:0001") + Line("0100007F:0001") + Line("00000000:00FF") +
                   Line("00000000:0059"));
  Write("raw6", kHeading6 + Line6("003A") + Line6("00C8"));
  Write("icmp", kHeading + Line("0100007F:004D"));
  Write("icmp6", kHeading6);
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_raw_sockets"), (Figures{{"ipv4 icmp", 2},
                                                                 {"ipv4 raw", 1},
                                                                 {"ipv4 ospf", 1},
                                                                 {"ipv6 icmpv6", 1},
                                                                 {"ipv6 200", 1}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_icmp_sockets"), (Figures{{"ipv4", 1}, {"ipv6", 0}}));
}

TEST_F(RawTest, WhatWasSeenStays) {
  Write("raw", kHeading + Line("00000000:0001"));
  static_cast<void>(ReadFrom(collector_));
  Write("raw", kHeading);
  EXPECT_EQ(FiguresOf(ReadFrom(collector_).samples, "sockdiag_raw_sockets"),
            (Figures{{"ipv4 icmp", 0}}));
}

TEST_F(RawTest, AHostWithoutIpv6HasTheOthers) {
  Write("raw", kHeading + Line("00000000:0001"));
  Write("icmp", kHeading);
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_raw_sockets"), (Figures{{"ipv4 icmp", 1}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_icmp_sockets"), (Figures{{"ipv4", 0}}));
}

TEST_F(RawTest, ATableThatIsWrongMakesItFailAndTheOthersAreShown) {
  Write("raw", kHeading + std::string("garbage\n"));
  Write("raw6", kHeading6 + Line6("003A"));
  root_.MakeUnreadable("thread-self/net/icmp");
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, Path("raw") + ": \"garbage\" is not a line of raw sockets; " + Path("icmp") +
                       ": Is a directory (EISDIR)");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_raw_sockets"), (Figures{{"ipv6 icmpv6", 1}}));
  EXPECT_EQ(FiguresOf(samples, "sockdiag_icmp_sockets"), Figures());
}

TEST_F(RawTest, TooManyOfOneKindMakeItFailAndTheOthersAreShown) {
  Write("raw", kHeading + Line("00000000:0001"));
  cost_ = std::chrono::seconds(1);
  EXPECT_EQ(ReadFrom(collector_).error, Path("raw") + testing::kTooMuch);
  cost_ = std::chrono::seconds(0);
  Write("icmp", kHeading + Line("0100007F:004D"));
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, Path("raw") + testing::kTooMuch);
  EXPECT_EQ(FiguresOf(samples, "sockdiag_raw_sockets"), Figures());
  EXPECT_EQ(FiguresOf(samples, "sockdiag_icmp_sockets"), (Figures{{"ipv4", 1}}));
}

TEST_F(RawTest, WithoutAnyTableThereIsNothing) {
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, root_.path() + " has no tables of raw sockets");
}

TEST(RawTable, RefusesLinesWithoutAPort) {
  EXPECT_EQ(*ParseRawLine("  12: 00000000:00FF x"), 255);
  for (const char* line : {"", "1:", "1: 00000000", "1: 00000000:", "1: 0:00FG", "1: 0:10000",
                           "1: 0:-1", ":::", "\xff\xff \xff"}) {
    EXPECT_FALSE(ParseRawLine(line)) << line;
  }
}

}  // namespace
}  // namespace sockdiag
