#include "proc/integers.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

TEST(ParseIntegers, TakesIntegersOfAllSizes) {
  EXPECT_EQ(ParseIntegers("0", 1).value(), std::vector<double>{0});
  EXPECT_EQ(ParseIntegers(" 1\t-2\n3 ", 3).value(), (std::vector<double>{1, -2, 3}));
  EXPECT_EQ(ParseIntegers("18446744073709551615", 1).value(),
            std::vector<double>{18446744073709551615.0});
  EXPECT_EQ(ParseIntegers("-9223372036854775808", 1).value(),
            std::vector<double>{-9223372036854775808.0});
  EXPECT_EQ(ParseIntegers("1 2", 3).error().message, "\"1 2\" is not 3 integers");
}

TEST(ParseIntegers, TakesExactlySoMany) {
  for (const char* text : {"", " \n", "1 2", "1 2 3 4", "1 2 x", "1 2 3x", "1 2 3 x", "1,2,3"}) {
    EXPECT_FALSE(ParseIntegers(text, 3)) << text;
  }
  EXPECT_EQ(ParseIntegers("5x\n", 1).error().message, "\"5x\" is not an integer");
}

}  // namespace
}  // namespace sockdiag
