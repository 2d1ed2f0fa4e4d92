#include "base/limited_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace sockdiag::http {
namespace {

class FakeClock final : public Clock {
 public:
  [[nodiscard]] TimePoint Now() const override { return now; }
  TimePoint now{std::chrono::hours(1)};
};

TEST(WarningLog, LimitsLinesPerMinuteAndSaysHowManyItLeftOut) {
  FakeClock clock;
  std::vector<std::string> lines;
  WarningLog log([&](std::string_view line) { lines.emplace_back(line); }, clock);
  for (unsigned i = 0; i < WarningLog::kLinesPerMinute + 3; ++i) {
    log.Write("line " + std::to_string(i));
  }
  EXPECT_EQ(lines.size(), WarningLog::kLinesPerMinute);
  clock.now += std::chrono::seconds(59);
  log.Write("still within the minute");
  EXPECT_EQ(lines.size(), WarningLog::kLinesPerMinute);
  clock.now += std::chrono::seconds(1);
  lines.clear();
  log.Write("later");
  log.Write("last");
  EXPECT_EQ(lines,
            (std::vector<std::string>{"left out 4 warnings like this one", "later", "last"}));
}

TEST(WarningLog, RemindsOfTheSameLineNowAndThen) {
  FakeClock clock;
  std::vector<std::string> lines;
  WarningLog log([&](std::string_view line) { lines.emplace_back(line); }, clock);
  for (const char* line : {"first", "first", "second", "first", "second"}) log.Write(line);
  EXPECT_EQ(lines, (std::vector<std::string>{"first", "second"}));
  clock.now += WarningLog::kReminder;
  log.Write("first");
  EXPECT_EQ(lines, (std::vector<std::string>{"first", "second", "first"}));
}

TEST(WarningLog, SurvivesACallbackThatThrowsOrIsMissing) {
  const FakeClock clock;
  WarningLog throwing([](std::string_view) { throw std::runtime_error("disk full"); }, clock);
  EXPECT_FALSE(throwing.Write("line"));
  WarningLog silent(nullptr, clock);
  EXPECT_FALSE(silent.Write("line"));
}

TEST(WarningLog, WritesTheNextTimeWhatCouldNotBeWritten) {
  FakeClock clock;
  std::vector<std::string> lines;
  bool is_broken = false;
  const auto callback = [&](std::string_view line) {
    if (is_broken) throw std::runtime_error("out of memory");
    lines.emplace_back(line);
  };
  WarningLog log(callback, clock);
  for (unsigned i = 0; i < WarningLog::kLinesPerMinute; ++i) {
    EXPECT_TRUE(log.Write("line " + std::to_string(i)));
  }
  EXPECT_FALSE(log.Write("one too many"));
  clock.now += std::chrono::minutes(1);
  lines.clear();
  is_broken = true;
  EXPECT_FALSE(log.Write("line"));
  is_broken = false;
  EXPECT_TRUE(log.Write("line"));
  EXPECT_FALSE(log.Write("line"));
  EXPECT_EQ(lines, (std::vector<std::string>{"left out 1 warnings like this one", "line"}));
}

}  // namespace
}  // namespace sockdiag::http
