#include "sockets/naming/admitted_names.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using Names = AdmittedNames<std::string, int>;
using Candidates = std::vector<Names::Candidate>;
constexpr std::chrono::minutes kRetention{15};

class AdmittedNamesTest : public ::testing::Test {
 protected:
  using SameRank = std::vector<std::pair<std::string, std::uint64_t>>;

  std::size_t Update(const SameRank& sockets, bool may_expire = true) {
    Candidates candidates;
    for (const auto& [name, count] : sockets) candidates.push_back({name, 1, count});
    return names_.Update(std::move(candidates), may_expire, clock_.Now()).folded;
  }
  Names::Outcome UpdateRanks(Candidates candidates, bool may_expire = true) {
    return names_.Update(std::move(candidates), may_expire, clock_.Now());
  }
  std::string Admitted() const {
    std::string admitted;
    for (const char* name : {"a", "b", "c", "d"}) {
      if (names_.Contains(name)) admitted += name;
    }
    return admitted;
  }

  testing::FakeClock clock_;
  Names names_{2, kRetention};
};

TEST_F(AdmittedNamesTest, AdmitsTheLargestNewcomersAndThenByName) {
  EXPECT_EQ(Update({{"c", 1}, {"b", 5}, {"d", 9}, {"a", 5}}), 2U);
  EXPECT_EQ(Admitted(), "ad");
}

TEST_F(AdmittedNamesTest, KeepsAPlaceAgainstALargerNewcomer) {
  Update({{"a", 1}, {"b", 1}});
  EXPECT_EQ(Update({{"a", 1}, {"b", 1}, {"c", 1000}}), 1U);
  EXPECT_EQ(Admitted(), "ab");
}

TEST_F(AdmittedNamesTest, KeepsAPlaceForTheRetentionAfterTheLastSocket) {
  Update({{"a", 1}, {"b", 1}});
  clock_.Advance(kRetention);
  EXPECT_EQ(Update({{"b", 1}, {"c", 1000}}), 1U);
  EXPECT_EQ(Admitted(), "ab");
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Update({{"b", 1}, {"c", 1000}}), 0U);
  EXPECT_EQ(Admitted(), "bc");
}

TEST_F(AdmittedNamesTest, DoesNotRememberWhatItDidNotAdmit) {
  Update({{"a", 1}, {"b", 1}, {"c", 1}});
  clock_.Advance(kRetention + std::chrono::seconds(1));
  EXPECT_EQ(Update({{"d", 1}}), 0U);
  EXPECT_EQ(Admitted(), "d");
}

TEST_F(AdmittedNamesTest, TakesNoPlaceAwayInAnIncompleteCollection) {
  Update({{"a", 1}, {"b", 1}});
  clock_.Advance(kRetention * 2);
  EXPECT_EQ(Update({{"c", 1}}, /*may_expire=*/false), 1U);
  EXPECT_EQ(Admitted(), "ab");
}

TEST_F(AdmittedNamesTest, WithoutPlacesFoldsEverything) {
  Names none(0, kRetention);
  EXPECT_EQ(none.Update({{"a", 1, 1}, {"b", 0, 2}}, true, clock_.Now()).folded, 2U);
  EXPECT_FALSE(none.Contains("a"));
}

TEST_F(AdmittedNamesTest, GivesFreePlacesToTheFirstRanks) {
  EXPECT_EQ(UpdateRanks({{"a", 2, 9}, {"b", 1, 1}, {"c", 0, 1}, {"d", 1, 2}}).folded, 2U);
  EXPECT_EQ(Admitted(), "cd");
}

TEST_F(AdmittedNamesTest, ANewcomerOfAnEarlierRankTakesThePlaceOfTheLastRank) {
  UpdateRanks({{"a", 2, 100}, {"b", 1, 1}});
  const Names::Outcome outcome = UpdateRanks({{"a", 2, 100}, {"b", 1, 1}, {"c", 0, 1}});
  EXPECT_EQ(Admitted(), "bc");
  EXPECT_EQ(outcome.folded, 1U) << "a";
  EXPECT_TRUE(outcome.has_replaced);
}

TEST_F(AdmittedNamesTest, TakesNoPlaceFromItsOwnRankNorFromAnEarlierOne) {
  UpdateRanks({{"a", 1, 1}, {"b", 0, 1}});
  const Names::Outcome outcome = UpdateRanks({{"a", 1, 1}, {"b", 0, 1}, {"c", 1, 9}, {"d", 2, 9}});
  EXPECT_EQ(Admitted(), "ab");
  EXPECT_EQ(outcome.folded, 2U);
  EXPECT_FALSE(outcome.has_replaced);
}

TEST_F(AdmittedNamesTest, OfOneRankTheFewestSocketsGoFirst) {
  UpdateRanks({{"a", 1, 2}, {"b", 1, 9}});
  UpdateRanks({{"a", 1, 2}, {"b", 1, 1}, {"c", 0, 1}});
  EXPECT_EQ(Admitted(), "ac") << "b has fewer now";
  UpdateRanks({{"a", 1, 2}, {"b", 1, 50}, {"c", 0, 1}});
  EXPECT_EQ(Admitted(), "ac") << "and is a newcomer like any other";
}

TEST_F(AdmittedNamesTest, OfThoseWithoutSocketsTheLongestSilentGoesFirstAndIsNotFolded) {
  UpdateRanks({{"a", 1, 1}, {"b", 1, 1}});
  clock_.Advance(std::chrono::minutes(1));
  UpdateRanks({{"a", 1, 1}});
  const Names::Outcome outcome = UpdateRanks({{"c", 0, 1}});
  EXPECT_EQ(Admitted(), "ac");
  EXPECT_EQ(outcome.folded, 0U);
  EXPECT_TRUE(outcome.has_replaced);
}

TEST_F(AdmittedNamesTest, APlaceHasTheRankThatItsNameHasNow) {
  UpdateRanks({{"a", 1, 9}, {"b", 1, 1}});
  UpdateRanks({{"a", 2, 9}, {"b", 1, 1}, {"c", 1, 1}});
  EXPECT_EQ(Admitted(), "bc");
}

TEST_F(AdmittedNamesTest, ReplacesNothingInAnIncompleteCollection) {
  UpdateRanks({{"a", 1, 1}, {"b", 1, 1}});
  EXPECT_EQ(UpdateRanks({{"c", 0, 1}}, /*may_expire=*/false).folded, 1U);
  EXPECT_EQ(Admitted(), "ab");
}

TEST_F(AdmittedNamesTest, ALowerLimitKeepsTheFirstRanksAndThenWhoWasLastInUse) {
  UpdateRanks({{"a", 0, 1}, {"b", 1, 1}});
  clock_.Advance(std::chrono::seconds(1));
  names_.Configure(4, kRetention, [](const std::string&) { return false; });
  UpdateRanks({{"c", 1, 1}, {"d", 2, 1}});
  names_.Configure(2, kRetention, [](const std::string&) { return false; });
  EXPECT_EQ(Admitted(), "ac");
}

}  // namespace
}  // namespace sockdiag
