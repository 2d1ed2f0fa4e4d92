// The monotonic clock does not go back, but it can be a long time before a thread runs again, and a
// guest that was paused can find it far ahead.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include "tests/app/fake_exporter.h"
#include "tests/support/fake_clock.h"

namespace sockdiag {
namespace {

using testing::FakeExporter;
using testing::Lines;

constexpr const char* kAge =
    "sockdiag_service_oldest_socket_age_seconds{service_name=\"80\",direction=\"inbound\","
    "state=\"close_wait\"} ";
constexpr const char* kStuck =
    "sockdiag_service_stuck_sockets{service_name=\"80\",direction=\"inbound\","
    "state=\"close_wait\"} ";

std::string ValueOf(const Lines& lines, const std::string& sample) {
  for (const std::string& line : lines) {
    if (line.starts_with(sample)) return line.substr(sample.size());
  }
  return "absent";
}

class ClockJumpTest : public ::testing::TestWithParam<std::chrono::hours> {};
INSTANTIATE_TEST_SUITE_P(ADayAMonthFiveYears, ClockJumpTest,
                         ::testing::Values(std::chrono::hours(24), std::chrono::hours(24 * 31),
                                           std::chrono::hours(24 * 365 * 5)));

TEST_P(ClockJumpTest, OnlyAgesGrow) {
  testing::FakeClock clock;
  FakeExporter exporter(clock);
  const Lines before = exporter.Scrape();
  EXPECT_EQ(ValueOf(before, kAge), "0");
  clock.Advance(GetParam());
  Lines after = exporter.Scrape();
  EXPECT_EQ(std::stod(ValueOf(after, kAge)), std::chrono::duration<double>(GetParam()).count());
  EXPECT_EQ(ValueOf(after, kStuck), "1");
  // A port is shown once something is stuck on it.
  const std::size_t ports = std::erase_if(after, [](const std::string& line) {
    return line.starts_with("sockdiag_port_stuck_sockets") && line.ends_with(" 1");
  });
  EXPECT_EQ(ports, 2U);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool ages = before[i].starts_with("sockdiag_service_oldest_socket_age_seconds") ||
                      before[i].starts_with("sockdiag_service_stuck_sockets");
    if (ages) continue;
    EXPECT_EQ(after[i], before[i]);
  }
}

TEST_P(ClockJumpTest, WhatIsGoneIsForgottenAndWhatComesIsNew) {
  testing::FakeClock clock;
  FakeExporter exporter(clock);
  static_cast<void>(exporter.Scrape());
  exporter.tables.tcp.at(4).cookie = 1000;
  clock.Advance(GetParam());
  const Lines lines = exporter.Scrape();
  EXPECT_EQ(ValueOf(lines, kAge), "0");
  EXPECT_EQ(ValueOf(lines, kStuck), "0");
  for (const std::string& line : lines) {
    const double value = std::stod(line.substr(line.rfind(' ')));
    EXPECT_TRUE(value >= 0 && value < 1e10) << line;
  }
}

TEST_P(ClockJumpTest, TheLogRemindsOnce) {
  testing::FakeClock clock;
  FakeExporter exporter(clock);
  for (int scrape = 0; scrape < 5; ++scrape) {
    exporter.tables.fault = testing::FakeFault{0, EMFILE, 0, nullptr};
    static_cast<void>(exporter.Scrape());
  }
  EXPECT_EQ(exporter.Logged("warn"), 1U);
  clock.Advance(GetParam());
  static_cast<void>(exporter.Scrape());
  static_cast<void>(exporter.Scrape());
  EXPECT_EQ(exporter.Logged("warn"), 2U);
}

}  // namespace
}  // namespace sockdiag
