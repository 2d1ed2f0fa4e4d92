#include "proc/proc_files.h"

#include <gtest/gtest.h>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

using Errors = std::vector<std::string>;

Result<std::string> Copy(std::string_view text) { return std::string(text); }
Result<std::string> Refuse(std::string_view text) { return Fail(Excerpt(text) + " is nonsense"); }

class ProcFilesTest : public ::testing::Test {
 protected:
  const testing::TemporaryDirectory root_;
  ProcFiles files_{root_.path()};
};

TEST_F(ProcFilesTest, GivesWhatTheParserMakesOfAFile) {
  root_.Write("net/sockstat", "TCP: inuse 5\n");
  EXPECT_EQ(files_.Read("net/sockstat", Copy), "TCP: inuse 5\n");
  EXPECT_EQ(files_.errors(), Errors());
}

TEST_F(ProcFilesTest, AnAbsentFileIsNothingWrong) {
  EXPECT_EQ(files_.Read("net/sockstat", Copy), std::nullopt);
  EXPECT_EQ(files_.ReadInteger("net/sockstat"), std::nullopt);
  EXPECT_TRUE(files_.ReadIntegers("net/sockstat", 3).empty());
  EXPECT_EQ(files_.errors(), Errors());
}

TEST_F(ProcFilesTest, NotesWhatIsWrongWithItsPath) {
  root_.MakeUnreadable("unreadable");
  root_.Write("nonsense", "x\n");
  root_.Write("large", std::string(101, '7'));
  EXPECT_EQ(files_.Read("unreadable", Copy), std::nullopt);
  EXPECT_EQ(files_.Read("nonsense", Refuse), std::nullopt);
  EXPECT_EQ(files_.Read("large", Copy, 100), std::nullopt);
  EXPECT_EQ(files_.errors(), (Errors{root_.path() + "/unreadable: Is a directory (EISDIR)",
                                     root_.path() + "/nonsense: \"x\" is nonsense",
                                     root_.path() + "/large: larger than the limit of 100 bytes"}));
}

TEST_F(ProcFilesTest, ReadsIntegers) {
  root_.Write("one", "4096\n");
  root_.Write("three", "1\t2\t-3\n");
  EXPECT_EQ(files_.ReadInteger("one"), 4096);
  EXPECT_EQ(files_.ReadIntegers("three", 3), (std::vector<double>{1, 2, -3}));
  EXPECT_EQ(files_.errors(), Errors());
  EXPECT_EQ(files_.ReadInteger("three"), std::nullopt);
  EXPECT_EQ(files_.errors(), Errors{root_.path() + "/three: \"1?2?-3\" is not an integer"});
}

TEST(ProcFiles, ReadsThisKernel) {
  ProcFiles files;
  EXPECT_GT(files.ReadInteger("sys/net/core/somaxconn").value(), 0);
  EXPECT_EQ(files.Path("self/stat"), "/proc/self/stat");
}

TEST(ParseIntegers, TakesIntegersOfAllSizes) {
  EXPECT_EQ(ParseIntegers("0", 1).value(), std::vector<double>{0});
  EXPECT_EQ(ParseIntegers(" 1\t-2\n3 ", 3).value(), (std::vector<double>{1, -2, 3}));
  EXPECT_EQ(ParseIntegers("18446744073709551615", 1).value(),
            std::vector<double>{18446744073709551615.0});
  EXPECT_EQ(ParseIntegers("-9223372036854775808", 1).value(),
            std::vector<double>{-9223372036854775808.0});
  EXPECT_EQ(ParseIntegers("1 2", 3).error().message, "\"1 2\" is not 3 integers");
}

TEST(ParseIntegers, TakesExactlySoMany) {
  for (const char* text : {"", " \n", "1 2", "1 2 3 4", "1 2 x", "1 2 3x", "1 2 3 x", "1,2,3"}) {
    EXPECT_FALSE(ParseIntegers(text, 3)) << text;
  }
  EXPECT_EQ(ParseIntegers("5x\n", 1).error().message, "\"5x\" is not an integer");
}

}  // namespace
}  // namespace sockdiag
