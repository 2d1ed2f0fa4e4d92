#include "yaml/go_duration.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(GoDuration, ReadsEveryUnitInAnyOrder) {
  for (const auto& [text, expected] : std::initializer_list<std::pair<const char*, nanoseconds>>{
           {"0", nanoseconds(0)},
           {"0s", nanoseconds(0)},
           {"1h", hours(1)},
           {"2m", minutes(2)},
           {"3s", seconds(3)},
           {"100ms", milliseconds(100)},
           {"5us", microseconds(5)},
           {"6\u00b5s", microseconds(6)},
           {"7\u03bcs", microseconds(7)},
           {"8ns", nanoseconds(8)},
           {"+1s", seconds(1)},
           {"1m30s", seconds(90)},
           {"30s1m", seconds(90)},
           {"1s1s", seconds(2)},
           {"007s", seconds(7)},
           {"1.5h", minutes(90)},
           {".25s", milliseconds(250)},
           {"1.s", seconds(1)},
           {"0.3333333333333333333h", milliseconds(1'200'000) - nanoseconds(1)},
           {"1.0000000000000000000000000s", seconds(1)},
           {"9223372036854775807ns", nanoseconds::max()}}) {
    const Result<nanoseconds> duration = ParseGoDuration(text);
    ASSERT_TRUE(duration.has_value()) << duration.error().message;
    // Go computes the fraction in floating point; both drop what is below a nanosecond.
    EXPECT_NEAR(static_cast<double>((*duration - expected).count()), 0, 1) << text;
  }
}

TEST(GoDuration, RefusesWhatGoRefuses) {
  for (const std::string text : {"", "s", ".s", "+", "1", "1.5", "1 s", "1d", "1w", "1S", "1s ",
                                 "1s2", "s1", "1..5s", "0x1s", "1e3s", "--1s", "+-1s"}) {
    const Result<nanoseconds> duration = ParseGoDuration(text);
    EXPECT_FALSE(duration.has_value()) << text;
  }
}

TEST(GoDuration, SaysWhatIsWrong) {
  EXPECT_EQ(ParseGoDuration("soon").error().message,
            "soon is not a duration such as 1s, 100ms or 1m30s");
  EXPECT_EQ(ParseGoDuration("15").error().message, "15 has no unit; write 15s for seconds");
  EXPECT_EQ(ParseGoDuration("-1s").error().message, "-1s is negative");
  for (const std::string text :
       {"9223372036854775808ns", "2562048h", "99999999999999999999s", "2562047h48m"}) {
    EXPECT_EQ(ParseGoDuration(text).error().message, text + " is longer than 292 years");
  }
}

}  // namespace
}  // namespace sockdiag
