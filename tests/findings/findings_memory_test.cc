#include "findings/findings_memory.h"

#include <gtest/gtest.h>

#include <chrono>

#include "sockets/tally/family_tally.h"
#include "sockets/watch/watch_figures.h"
#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Samples Stuck(int sockets) {
  Samples samples;
  samples.Add(FamilyTally::kSockets, sockets, "tcp", "ipv4", "syn_sent");
  samples.Add(WatchFiguresByName::kStuckSockets, sockets, "postgres", "outbound", "syn_sent");
  return samples;
}

class FindingsMemoryTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  FindingsMemory memory_{
      clock_, [] { return std::chrono::system_clock::time_point(seconds(1'795'946'400)); }};
};

TEST_F(FindingsMemoryTest, RemembersSinceWhen) {
  memory_.Note(Stuck(5));
  clock_.Advance(minutes(2));
  memory_.Note(Stuck(6));
  const WhatIsWrong wrong = memory_.Find(Stuck(6));
  EXPECT_TRUE(wrong.is_known);
  EXPECT_EQ(wrong.watched_for, minutes(2));
  ASSERT_EQ(wrong.findings.size(), 1U);
  EXPECT_TRUE(wrong.findings[0].text.ends_with("It has been so since 09:58:00 UTC."))
      << wrong.findings[0].text;
}

TEST_F(FindingsMemoryTest, AFailedDumpIsNoEndOfIt) {
  memory_.Note(Stuck(5));
  clock_.Advance(minutes(1));
  memory_.Note(Samples());
  EXPECT_FALSE(memory_.Find(Samples()).is_known);
  clock_.Advance(minutes(1));
  memory_.Note(Stuck(5));
  EXPECT_TRUE(
      memory_.Find(Stuck(5)).findings[0].text.ends_with("It has been so since 09:58:00 UTC."));
}

TEST_F(FindingsMemoryTest, WhoLooksOnceKnowsNoTime) {
  const WhatIsWrong wrong = memory_.Find(Stuck(5));
  EXPECT_EQ(wrong.watched_for.count(), 0);
  ASSERT_EQ(wrong.findings.size(), 1U);
  EXPECT_EQ(wrong.findings[0].text.find("since"), std::string::npos);
}

}  // namespace
}  // namespace sockdiag
