#include "http/warning_log.h"

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
  throwing.Write("line");
  WarningLog silent(nullptr, clock);
  silent.Write("line");
}

}  // namespace
}  // namespace sockdiag::http
