#include "http/encoding.h"

#include <gtest/gtest.h>

#include "tests/http/support/http_client.h"

namespace sockdiag::http {
namespace {

struct Case {
  const char* accept_encoding;
  GzipUse expected;
};

class NegotiateGzipTable : public ::testing::TestWithParam<Case> {};

TEST_P(NegotiateGzipTable, FollowsRfc9110) {
  EXPECT_EQ(NegotiateGzip(GetParam().accept_encoding), GetParam().expected)
      << GetParam().accept_encoding;
}

INSTANTIATE_TEST_SUITE_P(
    Accepted, NegotiateGzipTable,
    testing::Values(Case{"gzip", GzipUse::kWhenWorthwhile},
                    Case{"x-gzip", GzipUse::kWhenWorthwhile},
                    Case{"GZip", GzipUse::kWhenWorthwhile}, Case{"*", GzipUse::kWhenWorthwhile},
                    Case{"deflate, gzip;q=1.0, *;q=0.5", GzipUse::kWhenWorthwhile},
                    Case{"br , \tgzip\t; Q=0.001", GzipUse::kWhenWorthwhile},
                    Case{"gzip;q=0.5, identity;q=0.5", GzipUse::kWhenWorthwhile},
                    Case{"gzip;q=0.", GzipUse::kNever}, Case{"gzip;q=1.", GzipUse::kWhenWorthwhile},
                    Case{"gzip;level=9;q=1", GzipUse::kWhenWorthwhile},
                    Case{",, gzip ,", GzipUse::kWhenWorthwhile}));

INSTANTIATE_TEST_SUITE_P(
    NotAccepted, NegotiateGzipTable,
    testing::Values(Case{"", GzipUse::kNever}, Case{"identity", GzipUse::kNever},
                    Case{"deflate, br", GzipUse::kNever}, Case{"gzip;q=0", GzipUse::kNever},
                    Case{"gzip ; q=0.000", GzipUse::kNever}, Case{"gzip;q=0, *", GzipUse::kNever},
                    Case{"*;q=0", GzipUse::kNever},
                    Case{"gzip;q=0.4, identity;q=0.5", GzipUse::kNever},
                    Case{"gzipped", GzipUse::kNever}, Case{"g zip", GzipUse::kNever}));

INSTANTIATE_TEST_SUITE_P(PlainRefused, NegotiateGzipTable,
                         testing::Values(Case{"gzip, identity;q=0", GzipUse::kAlways},
                                         Case{"gzip, *;q=0", GzipUse::kAlways},
                                         Case{"*, identity;q=0", GzipUse::kAlways},
                                         // Neither is acceptable: as if the header were not there.
                                         Case{"identity;q=0", GzipUse::kNever},
                                         Case{"gzip;q=0, identity;q=0", GzipUse::kNever}));

INSTANTIATE_TEST_SUITE_P(
    MalformedWeight, NegotiateGzipTable,
    testing::Values(Case{"gzip;q=", GzipUse::kNever}, Case{"gzip;q=2", GzipUse::kNever},
                    Case{"gzip;q=1.001", GzipUse::kNever}, Case{"gzip;q=0.1234", GzipUse::kNever},
                    Case{"gzip;q=-1", GzipUse::kNever}, Case{"gzip;q=abc", GzipUse::kNever},
                    Case{"gzip;q", GzipUse::kNever}, Case{";;;,=,;q", GzipUse::kNever}));

TEST(NegotiateGzip, IsNotUsedWithoutTheHeader) {
  EXPECT_EQ(NegotiateGzip(std::nullopt), GzipUse::kNever);
}

TEST(Gzip, GivesBackWhatWasPacked) {
  for (const std::size_t size : {0U, 1U, 1000U, 100'000U, 1'000'000U}) {
    std::string plain;
    while (plain.size() < size) plain += std::to_string(plain.size()) + "\n";
    const std::optional<std::string> packed = Gzip(plain);
    ASSERT_TRUE(packed);
    EXPECT_EQ(Gunzip(*packed), plain);
  }
}

}  // namespace
}  // namespace sockdiag::http
