#include "base/duration_text.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace sockdiag {
namespace {

using std::chrono::seconds;

TEST(DurationText, HasTwoUnitsAtMost) {
  const std::vector<std::pair<int, std::string>> cases{
      {0, "0 s"},           {38, "38 s"},  {60, "1 min"},      {407, "6 min 47 s"},
      {7800, "2 h 10 min"}, {3601, "1 h"}, {90'000, "1 d 1 h"}};
  for (const auto& [duration, text] : cases) EXPECT_EQ(DurationText(seconds(duration)), text);
}

}  // namespace
}  // namespace sockdiag
