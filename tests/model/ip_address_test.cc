#include "model/ip_address.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

TEST(IpAddress, ParsesAndPrintsBothFamilies) {
  for (const char* text : {"0.0.0.0", "255.255.255.255", "10.1.2.3", "::", "::1", "2001:db8::5",
                           "fe80:1:2:3:4:5:6:7"}) {
    const auto address = IpAddress::Parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->ToString(), text);
  }
}

TEST(IpAddress, TakesAMappedAddressAsItsIpv4Form) {
  EXPECT_EQ(*IpAddress::Parse("::ffff:10.1.2.3"), *IpAddress::Parse("10.1.2.3"));
  EXPECT_TRUE(IpAddress::Parse("::ffff:10.1.2.3")->IsIpv4());
  EXPECT_FALSE(IpAddress::Parse("::10.1.2.3")->IsIpv4());
}

TEST(IpAddress, KnowsBothUnspecifiedAddresses) {
  EXPECT_TRUE(IpAddress::Parse("::")->IsUnspecified());
  EXPECT_TRUE(IpAddress::Parse("0.0.0.0")->IsUnspecified());
  EXPECT_FALSE(IpAddress::Parse("0.0.0.1")->IsUnspecified());
  EXPECT_FALSE(IpAddress::Parse("1::")->IsUnspecified());
  EXPECT_NE(*IpAddress::Parse("::"), *IpAddress::Parse("0.0.0.0"));
}

TEST(IpAddress, RejectsWhatIsNotAnAddress) {
  for (const std::string_view text :
       {std::string_view(""), std::string_view("1.2.3"), std::string_view("1.2.3.4.5"),
        std::string_view("1.2.3.256"), std::string_view("01.2.3.4"), std::string_view("[::1]"),
        std::string_view("fe80::1%eth0"), std::string_view("1.2.3.4\0", 8),
        std::string_view("localhost")}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
}

}  // namespace
}  // namespace sockdiag
