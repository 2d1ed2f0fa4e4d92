#include "sockets/naming/admitted_names.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using Names = AdmittedNames<std::string>;
using Candidates = std::vector<Names::Candidate>;
constexpr std::chrono::minutes kRetention{15};

class AdmittedNamesTest : public ::testing::Test {
 protected:
  std::size_t Update(Candidates candidates, bool may_expire = true) {
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
  EXPECT_EQ(none.Update({{"a", 1}, {"b", 2}}, true, clock_.Now()), 2U);
  EXPECT_FALSE(none.Contains("a"));
}

}  // namespace
}  // namespace sockdiag
