#include "app/scrape_deadline.h"

#include <gtest/gtest.h>

#include <string_view>

namespace sockdiag {
namespace {

using std::chrono::milliseconds;

milliseconds TimeFor(std::string_view value) {
  http::Request request;
  request.headers.push_back({"x-prometheus-scrape-timeout-seconds", value});
  return ScrapeTime(request);
}

TEST(ScrapeTime, IsThePrometheusTimeoutLessHalfASecond) {
  EXPECT_EQ(TimeFor("10"), milliseconds(9500));
  EXPECT_EQ(TimeFor("10.000000"), milliseconds(9500));
  EXPECT_EQ(TimeFor("1"), milliseconds(500));
  EXPECT_EQ(TimeFor("1.25e1"), milliseconds(12000));
}

TEST(ScrapeTime, AShortTimeoutIsHalved) {
  EXPECT_EQ(TimeFor("0.5"), milliseconds(250));
  EXPECT_EQ(TimeFor("0.002"), milliseconds(1));
}

TEST(ScrapeTime, WithoutAUsableHeaderItIsTheDefault) {
  EXPECT_EQ(ScrapeTime(http::Request()), kDefaultScrapeTime);
  for (const std::string_view value :
       {"", "soon", "10s", " 10", "-1", "0", "nan", "inf", "1e999", "10,5", "0x10"}) {
    EXPECT_EQ(TimeFor(value), kDefaultScrapeTime) << value;
  }
}

TEST(ScrapeTime, IsNeverMoreThanTwoMinutes) {
  EXPECT_EQ(TimeFor("3600"), std::chrono::minutes(2) - milliseconds(500));
  EXPECT_EQ(TimeFor("1e300"), std::chrono::minutes(2) - milliseconds(500));
}

}  // namespace
}  // namespace sockdiag
