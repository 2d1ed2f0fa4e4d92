#include "inspect/endpoint_pattern.h"

#include <gtest/gtest.h>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::ParseEndpoint;

TEST(EndpointPattern, MatchesAddressAndPort) {
  struct Case {
    const char* pattern;
    const char* end;
    bool matches;
  };
  for (const Case& each :
       {Case{"10.0.0.1", "10.0.0.1:80", true}, Case{"10.0.0.1", "10.0.0.2:80", false},
        Case{"10.0.0.0/8", "[::ffff:10.1.2.3]:80", true}, Case{":80", "[2001:db8::1]:80", true},
        Case{":80", "10.0.0.1:81", false}, Case{"10.0.0.1:80", "10.0.0.1:81", false},
        Case{"2001:db8::1", "[2001:db8::1]:80", true},
        Case{"[2001:db8::1]", "[2001:db8::1]:80", true},
        Case{"[2001:db8::/32]:80", "[2001:db8::1]:80", true}, Case{"::/0", "10.0.0.1:80", false}}) {
    const Result<EndpointPattern> pattern = EndpointPattern::Parse(each.pattern);
    ASSERT_TRUE(pattern) << each.pattern << ": " << pattern.error().message;
    EXPECT_EQ(pattern->Matches(ParseEndpoint(each.end)), each.matches)
        << each.pattern << " " << each.end;
    EXPECT_EQ(*EndpointPattern::Parse(pattern->ToString()), *pattern) << pattern->ToString();
  }
}

}  // namespace
}  // namespace sockdiag
