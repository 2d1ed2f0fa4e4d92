#include "yaml/values.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(ParseInteger, TakesDecimalDigits) {
  EXPECT_EQ(ParseInteger("0", 0, 10), 0U);
  EXPECT_EQ(ParseInteger("10", 0, 10), 10U);
  EXPECT_EQ(ParseInteger("18446744073709551615", 0, UINT64_MAX), UINT64_MAX);
}

TEST(ParseInteger, RefusesOtherForms) {
  const std::string not_digits = " is not a whole number in decimal digits";
  const std::string zero = " has a leading zero; write the decimal number without it";
  const std::pair<std::string, std::string> refusals[] = {
      {"", "\"\"" + not_digits},
      {"-", "-" + not_digits},
      {"+5", "+5" + not_digits},
      {" 5", "\" 5\"" + not_digits},
      {"5 ", "\"5 \"" + not_digits},
      {"0x5", "0x5" + not_digits},
      {"1e1", "1e1" + not_digits},
      {"1_0", "1_0" + not_digits},
      {"1.0", "1.0" + not_digits},
      {"--1", "--1" + not_digits},
      {"\xd9\xa5", "\"\\xd9\\xa5\"" + not_digits},
      {"05", "05" + zero},
      {"00", "00" + zero},
      {"-05", "-05" + zero},
      {"11", "11 is not in 0..10"},
      {"-1", "-1 is not in 0..10"},
      {"18446744073709551616", "18446744073709551616 is not in 0..10"},
  };
  for (const auto& [text, message] : refusals) {
    const Result<std::uint64_t> value = ParseInteger(text, 0, 10);
    ASSERT_FALSE(value.has_value()) << text;
    EXPECT_EQ(value.error().message, message);
  }
}

TEST(ParseDuration, TakesUnitsInDescendingOrder) {
  const std::pair<std::string, milliseconds> durations[] = {
      {"0s", milliseconds(0)},
      {"0ms", milliseconds(0)},
      {"500ms", milliseconds(500)},
      {"15s", seconds(15)},
      {"15m", minutes(15)},
      {"1h30m", minutes(90)},
      {"90m", minutes(90)},
      {"1d", hours(24)},
      {"1d2h3m4s5ms", hours(26) + minutes(3) + milliseconds(4005)},
      {"1h0m5s", hours(1) + seconds(5)},
  };
  for (const auto& [text, duration] : durations) EXPECT_EQ(ParseDuration(text), duration) << text;
}

TEST(ParseDuration, RefusesOtherForms) {
  for (const std::string text :
       {"s",    "1x",   "1 s", "1s ",   " 1s", "1s1s", "1m1h", "1s1m", "1ms1s",    "-1s", "+1s",
        "1.5s", "1h30", "05s", "1h05m", "1H",  "1w",   "1y",   "1us",  "infinity", "1s\n"}) {
    const Result<milliseconds> duration = ParseDuration(text);
    ASSERT_FALSE(duration.has_value()) << text;
    EXPECT_EQ(duration.error().message,
              Shown(text) +
                  " is not a duration such as 500ms, 15s or 1h30m (units d, h, m, s, ms, "
                  "the largest first)");
  }
  EXPECT_EQ(ParseDuration("15").error().message, "15 has no unit; write 15s");
  EXPECT_FALSE(ParseDuration("").has_value());
}

TEST(ParseDuration, ClampsWhatDoesNotFit) {
  for (const std::string text :
       {"99999999999999999999d", "9223372036854775807d", "9223372036854775807ms",
        "106751991167d23h9223372036854775807m", "9223372036854775s9223372036854775807ms"}) {
    EXPECT_EQ(ParseDuration(text), milliseconds::max()) << text;
  }
}

TEST(FormatDuration, GivesTheShortestForm) {
  for (const std::string text : {"0s", "1ms", "1s", "1m30s", "1h", "1d", "365d", "1d2h3m4s5ms"}) {
    EXPECT_EQ(FormatDuration(ParseDuration(text).value()), text);
  }
  EXPECT_EQ(FormatDuration(hours(24)), "1d");
}

}  // namespace
}  // namespace sockdiag
