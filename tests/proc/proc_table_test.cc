#include "proc/proc_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

class ProcTableTest : public ::testing::Test {
 protected:
  [[nodiscard]] Result<bool> Visit(const std::string& text) {
    root_.Write("table", text);
    return Visit();
  }
  [[nodiscard]] Result<bool> Visit() {
    lines_.clear();
    return VisitTableIfAny(path_, "Eth", [&](std::string_view line) -> Result<void> {
      if (line == "bad") return Fail("a bad line");
      lines_.emplace_back(line);
      return {};
    });
  }

  const testing::TemporaryDirectory root_;
  const std::string path_ = root_.Path("table");
  std::vector<std::string> lines_;
};

TEST_F(ProcTableTest, GivesTheLinesBelowTheHeading) {
  EXPECT_TRUE(Visit("sk Eth Pid\na\nEth\n").value());
  EXPECT_EQ(lines_, (std::vector<std::string>{"a", "Eth"}));
  EXPECT_TRUE(Visit("sk Eth Pid\n").value());
  EXPECT_TRUE(lines_.empty());
}

TEST_F(ProcTableTest, RefusesAFileThatIsNoSuchTable) {
  EXPECT_EQ(Visit("").error().message, path_ + ": it has no heading");
  EXPECT_EQ(Visit("a\nsk Eth\n").error().message, path_ + ": \"a\" is not its heading");
  EXPECT_TRUE(lines_.empty());
}

TEST_F(ProcTableTest, EndsWithTheFirstError) {
  EXPECT_EQ(Visit("Eth\na\nbad\nb\n").error().message, path_ + ": a bad line");
  EXPECT_EQ(lines_, std::vector<std::string>{"a"});
}

TEST_F(ProcTableTest, TellsApartAnAbsentFileAndAnUnreadableOne) {
  EXPECT_FALSE(Visit().value());
  root_.MakeUnreadable("table");
  EXPECT_EQ(Visit().error().message, path_ + ": Is a directory (EISDIR)");
}

}  // namespace
}  // namespace sockdiag
