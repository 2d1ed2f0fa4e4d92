#include "collectors/families/other.h"

#include <gtest/gtest.h>

#include <string>

#include "collectors/families/protocols_table.h"
#include "tests/collectors/families/family_answers.h"
#include "tests/collectors/families/proc_tables.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::ReadFrom;

constexpr const char* kSockets = "sockdiag_other_sockets";
constexpr const char* kHeading =
    "protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ss gs\n";

std::string Line(const std::string& name, int sockets) {
  return name + " 1240      " + std::to_string(sockets) + "      -1   NI       0   yes  kernel\n";
}

class OtherTest : public testing::ProcTablesTest {
 protected:
  [[nodiscard]] testing::Reading Read(const std::string& lines) {
    Write("protocols", kHeading + lines);
    return ReadFrom(collector_);
  }

  OtherCollector collector_{Reading()};
};

TEST_F(OtherTest, CountsWhatNobodyElseCounts) {
  const auto [samples, error, lack] =
      Read(Line("TCP", 8) + Line("UNIX-STREAM", 7) + Line("UDP-Lite", 2) + Line("XDP", 1) +
           Line("TIPC", 0) + Line("AF_VSOCK", 3) + Line("PINGv6", 4));
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "");
  EXPECT_EQ(FiguresOf(samples, kSockets), (Figures{{"UDP-Lite", 2}, {"XDP", 1}}));
  EXPECT_EQ(FiguresOf(Read(Line("XDP", 0)).samples, kSockets),
            (Figures{{"UDP-Lite", 0}, {"XDP", 0}}));
}

TEST_F(OtherTest, ALineThatIsWrongMakesItFail) {
  const auto [samples, error, lack] = Read(Line("XDP", 1) + "garbage\n");
  EXPECT_EQ(error, Path("protocols") + ": \"garbage\" is not a line of protocols");
  EXPECT_TRUE(samples.families().empty());
}

TEST_F(OtherTest, WithoutTheFileThereIsNothing) {
  const auto [samples, error, lack] = ReadFrom(collector_);
  EXPECT_EQ(error, "");
  EXPECT_EQ(lack, "there is no " + Path("protocols"));
}

TEST(ProtocolsTable, RefusesLinesWithoutACount) {
  EXPECT_EQ(ParseProtocolsLine("XDP 1 -1 x")->sockets, -1);
  for (const char* line :
       {"", "XDP", "XDP 1", "XDP 1 x", "XDP 1 1x", "XDP 1 9223372036854775808"}) {
    EXPECT_FALSE(ParseProtocolsLine(line)) << line;
  }
}

}  // namespace
}  // namespace sockdiag
