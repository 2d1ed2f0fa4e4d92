#include "app/failure_log.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

class FailureLogTest : public ::testing::Test {
 protected:
  /// The line that one attempt adds.
  std::string Note(const std::string& error, const std::string& collector = "tcp") {
    out_.str("");
    failures_.Note(error, {{"collector", collector}});
    const std::string line = out_.str();
    const std::size_t level = line.find("level=");
    return level == std::string::npos ? "" : line.substr(level);
  }

  std::ostringstream out_;
  Log log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  testing::FakeClock clock_;
  FailureLog failures_{"collector", log_, clock_};
};

TEST_F(FailureLogTest, SaysOnceThatSomethingFailsAndWorksAgain) {
  EXPECT_EQ(Note(""), "");
  EXPECT_EQ(Note("lost"), "level=warn msg=\"collector failed\" collector=tcp error=lost\n");
  EXPECT_EQ(Note("lost"), "");
  EXPECT_EQ(Note(""), "level=info msg=\"collector works again\" collector=tcp\n");
  EXPECT_EQ(Note(""), "");
}

TEST_F(FailureLogTest, SaysANewReasonAtOnceAndAnOldOneNowAndThen) {
  EXPECT_NE(Note("lost"), "");
  EXPECT_NE(Note("busy"), "");
  clock_.Advance(FailureNews::kReminder);
  EXPECT_NE(Note("busy"), "");
  EXPECT_EQ(Note("busy"), "");
}

TEST_F(FailureLogTest, ANumberThatChangesIsNoNewReason) {
  EXPECT_NE(Note("answer to request 7"), "");
  EXPECT_EQ(Note("answer to request 8"), "");
}

TEST_F(FailureLogTest, FailingAndWorkingByTurnsIsSaidOnce) {
  EXPECT_NE(Note("lost"), "");
  EXPECT_NE(Note(""), "");
  for (int turn = 0; turn < 5; ++turn) {
    EXPECT_EQ(Note("lost"), "");
    EXPECT_EQ(Note(""), "");
  }
  clock_.Advance(FailureNews::kReminder);
  EXPECT_NE(Note("lost"), "");
}

TEST_F(FailureLogTest, TellsThingsApart) {
  EXPECT_NE(Note("lost", "tcp"), "");
  EXPECT_NE(Note("lost", "udp"), "");
}

}  // namespace
}  // namespace sockdiag
