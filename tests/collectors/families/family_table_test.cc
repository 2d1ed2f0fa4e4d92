#include "collectors/families/family_table.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/collectors/families/proc_tables.h"

namespace sockdiag {
namespace {

using Lines = std::vector<std::string>;

class FamilyTableTest : public testing::ProcTablesTest {
 protected:
  /// The lines; an error's text stands in the test's place.
  [[nodiscard]] Lines Visit() {
    Lines lines;
    lack_.clear();
    const Result<bool> visited = table_.Visit(
        [&](std::string_view line) -> Result<void> {
          lines.emplace_back(line);
          return {};
        },
        lack_);
    error_ = visited ? "" : visited.error().message;
    EXPECT_TRUE(!visited || *visited != (!lack_.empty()));
    return lines;
  }

  FamilyTable table_{Reading(), "tipc", "heading"};
  std::string error_;
  std::string lack_;
};

TEST_F(FamilyTableTest, GivesItsLines) {
  Write("tipc", "heading\na\nb\n");
  EXPECT_EQ(Visit(), (Lines{"a", "b"}));
  EXPECT_EQ(error_, "");
}

TEST_F(FamilyTableTest, IsLackedWhereThereIsNone) {
  EXPECT_EQ(Visit(), Lines());
  EXPECT_EQ(error_, "");
  EXPECT_EQ(lack_, "there is no " + Path("tipc"));
}

TEST_F(FamilyTableTest, BeyondItsLimitIsNotReadAgainForFiveMinutes) {
  Write("tipc", "heading\na\n");
  cost_ = FamilyTable::kLimit + std::chrono::milliseconds(1);
  EXPECT_EQ(Visit(), Lines());
  EXPECT_EQ(error_, Path("tipc") + testing::kTooMuch);
  cost_ = std::chrono::milliseconds(0);
  clock_.Advance(std::chrono::minutes(5) - std::chrono::seconds(1));
  EXPECT_EQ(Visit(), Lines());
  EXPECT_EQ(error_, Path("tipc") + testing::kTooMuch);
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Visit(), Lines{"a"});
  EXPECT_EQ(error_, "");
}

TEST_F(FamilyTableTest, WhatElseIsWrongWithItIsNotRemembered) {
  Write("tipc", "garbage\n");
  EXPECT_EQ(Visit(), Lines());
  EXPECT_EQ(error_, Path("tipc") + ": \"garbage\" is not its heading");
  Write("tipc", "heading\na\n");
  EXPECT_EQ(Visit(), Lines{"a"});
}

}  // namespace
}  // namespace sockdiag
