#include "http/request_target.h"

#include <gtest/gtest.h>

namespace sockdiag::http {
namespace {

TEST(RequestTarget, RoutesAbsoluteFormByItsPath) {
  const struct {
    const char* target;
    const char* path;
  } cases[] = {
      {"/metrics", "/metrics"},
      {"http://host:10204/metrics", "/metrics"},
      {"HTTPS://[::1]:10204/metrics", "/metrics"},
      {"http://host", "/"},
      {"http://host/", "/"},
      {"*", "*"},
      {"host:443", "host:443"},
      {"ftp://host/metrics", "ftp://host/metrics"},
      {"/http://host/metrics", "/http://host/metrics"},
  };
  for (const auto& [text, path] : cases) {
    const RequestTarget target = ParseTarget(text);
    EXPECT_TRUE(target.is_valid) << text;
    EXPECT_EQ(PathOf(target, text), path) << text;
  }
}

TEST(RequestTarget, LeavesTheQueryOutOfTheAuthority) {
  const RequestTarget target = ParseTarget("http://host?x=/metrics");
  EXPECT_TRUE(target.is_valid);
  EXPECT_EQ(PathOf(target, "http://host"), "/");
}

TEST(RequestTarget, RefusesWhatCannotBeRead) {
  for (const char* text : {"", "/met rics", "/metrics\t", "/\x7f", "/\x01", "/metrics%00",
                           "http:///metrics", "http://", "http://ho%73t/metrics"}) {
    EXPECT_FALSE(ParseTarget(text).is_valid) << text;
  }
}

}  // namespace
}  // namespace sockdiag::http
