#include "sockets/naming/ephemeral_ports.h"

#include <gtest/gtest.h>

namespace sockdiag {
namespace {

PortRange Ports(std::uint16_t first, std::uint16_t last) {
  return {Port::FromHost(first), Port::FromHost(last)};
}

TEST(EphemeralPorts, ReadsTheRangeInTheKernelsForm) {
  EXPECT_EQ(*ParsePortRangeSysctl("32768\t60999\n"), EphemeralPorts().range);
  EXPECT_EQ(*ParsePortRangeSysctl("1024 1024"), Ports(1024, 1024));
}

TEST(EphemeralPorts, RejectsARangeThatIsNotTwoPortsInOrder) {
  for (const char* text : {"", "1", "1 65536", "a b", "2 1", "1 2 3", "1 2x", "-1 2"}) {
    const Result<PortRange> range = ParsePortRangeSysctl(text);
    ASSERT_FALSE(range) << text;
    EXPECT_EQ(range.error().message, "\"" + std::string(text) + "\" is not two ports in order");
  }
}

TEST(EphemeralPorts, AnErrorIsOneLine) {
  EXPECT_EQ(ParsePortRangeSysctl("2\t1\n").error().message, "\"2?1\" is not two ports in order");
  EXPECT_EQ(ParseReservedPorts("2-1\n").error().message, "\"2-1\" is not a list of ports");
}

TEST(EphemeralPorts, ReadsReservedPorts) {
  EXPECT_TRUE(ParseReservedPorts("")->empty());
  EXPECT_TRUE(ParseReservedPorts("\n")->empty());
  EXPECT_EQ(*ParseReservedPorts("8080\n"), std::vector{Ports(8080, 8080)});
  EXPECT_EQ(*ParseReservedPorts("8080,9000-9010,65535\n"),
            (std::vector{Ports(8080, 8080), Ports(9000, 9010), Ports(65535, 65535)}));
}

TEST(EphemeralPorts, RejectsWhatIsNotAListOfPorts) {
  for (const char* text : {"x", "1,", ",1", "1,,2", "2-1", "1-", "-1", "65536", "1 2", "1-2-3"}) {
    EXPECT_FALSE(ParseReservedPorts(text)) << text;
  }
}

}  // namespace
}  // namespace sockdiag
