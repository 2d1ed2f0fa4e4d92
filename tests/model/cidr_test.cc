#include "model/cidr.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

bool Contains(const char* network, const char* address) {
  return Cidr::Parse(network)->Contains(*IpAddress::Parse(address));
}

TEST(Cidr, HoldsItsFirstAndLastAddressAndNoNeighbour) {
  EXPECT_TRUE(Contains("10.1.0.0/16", "10.1.0.0"));
  EXPECT_TRUE(Contains("10.1.0.0/16", "10.1.255.255"));
  EXPECT_FALSE(Contains("10.1.0.0/16", "10.0.255.255"));
  EXPECT_FALSE(Contains("10.1.0.0/16", "10.2.0.0"));
  EXPECT_TRUE(Contains("2001:db8::/32", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_FALSE(Contains("2001:db8::/32", "2001:db9::"));
  EXPECT_TRUE(Contains("2001:db8::/65", "2001:db8::7fff:ffff:ffff:ffff"));
  EXPECT_FALSE(Contains("2001:db8::/65", "2001:db8::8000:0:0:0"));
  EXPECT_TRUE(Contains("::1/128", "::1"));
  EXPECT_FALSE(Contains("::1/128", "::2"));
}

TEST(Cidr, KeepsTheFamiliesApart) {
  EXPECT_TRUE(Contains("0.0.0.0/0", "255.255.255.255"));
  EXPECT_TRUE(Contains("0.0.0.0/0", "::ffff:1.2.3.4"));
  EXPECT_FALSE(Contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(Contains("::/0", "2001:db8::1"));
  EXPECT_FALSE(Contains("::/0", "1.2.3.4"));
  EXPECT_TRUE(Contains("::ffff:10.0.0.0/104", "10.9.9.9"));
}

TEST(Cidr, PrintsWhatItRead) {
  for (const char* text : {"0.0.0.0/0", "10.0.0.0/8", "1.2.3.4/32", "::/0", "2001:db8::/32",
                           "::1/128", "::ffff:10.0.0.0/104"}) {
    EXPECT_EQ(Cidr::Parse(text)->ToString(), text);
  }
}

TEST(Cidr, SaysWhyItRefuses) {
  const std::pair<const char*, const char*> cases[] = {
      {"10.0.0.0/8\n3", "\"10.0.0.0/8\": the prefix length is not in 0..32"},
      {"10.0.0.0", "10.0.0.0 has no prefix length; one address is 10.0.0.0/32"},
      {"::1", "::1 has no prefix length; one address is ::1/128"},
      {"10.0.0.0/33", "10.0.0.0/33: the prefix length is not in 0..32"},
      {"::/129", "::/129: the prefix length is not in 0..128"},
      {"10.0.0.0/", "10.0.0.0/: the prefix length is not in 0..32"},
      {"10.0.0.0/08", "10.0.0.0/08: the prefix length is not in 0..32"},
      {"10.0.0.0/-1", "10.0.0.0/-1: the prefix length is not in 0..32"},
      {"10.0.0.0/8/8", "10.0.0.0/8/8: the prefix length is not in 0..32"},
      {"10.0.0.1/8", "10.0.0.1/8 has bits set behind its prefix; the network is 10.0.0.0/8"},
      {"2001:db8::1/64",
       "2001:db8::1/64 has bits set behind its prefix; the network is 2001:db8::/64"},
      {"all", "\"all\" is not a network such as 10.0.0.0/8 or 2001:db8::/32"},
      {"", " is not a network such as 10.0.0.0/8 or 2001:db8::/32"}};
  for (const auto& [text, message] : cases) {
    const Result<Cidr> network = Cidr::Parse(text);
    ASSERT_FALSE(network) << text;
    EXPECT_EQ(network.error().message, message);
  }
}

}  // namespace
}  // namespace sockdiag
