#include "app/collector_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

class CollectorLogTest : public ::testing::Test {
 protected:
  /// The lines that one collection of the tcp collector adds.
  std::string Note(const std::string& error) {
    out_.str("");
    collector_log_.Note({{"tcp", 0.1, error}});
    const std::string line = out_.str();
    const std::size_t level = line.find("level=");
    return level == std::string::npos ? "" : line.substr(level);
  }

  std::ostringstream out_;
  Log log_{LogLevel::kInfo, LogFormat::kLogfmt, out_};
  testing::FakeClock clock_;
  CollectorLog collector_log_{log_, clock_};
};

TEST_F(CollectorLogTest, SaysOnceThatACollectorFailsAndWorksAgain) {
  EXPECT_EQ(Note(""), "");
  EXPECT_EQ(Note("lost"), "level=warn msg=\"collector failed\" collector=tcp error=lost\n");
  EXPECT_EQ(Note("lost"), "");
  EXPECT_EQ(Note(""), "level=info msg=\"collector works again\" collector=tcp\n");
  EXPECT_EQ(Note(""), "");
}

TEST_F(CollectorLogTest, SaysANewReasonAtOnceAndAnOldOneNowAndThen) {
  EXPECT_NE(Note("lost"), "");
  EXPECT_NE(Note("busy"), "");
  clock_.Advance(CollectorLog::kReminder);
  EXPECT_NE(Note("busy"), "");
  EXPECT_EQ(Note("busy"), "");
}

}  // namespace
}  // namespace sockdiag
