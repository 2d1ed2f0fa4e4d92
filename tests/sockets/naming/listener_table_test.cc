#include "sockets/naming/listener_table.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

using testing::Listener;
using testing::ParseEndpoint;

TEST(ListenerTable, CountsAPortAsHeldOnEveryAddressBeyondItsBound) {
  ListenerTable table;
  for (std::size_t i = 0; i < ListenerTable::kMaxAddresses; ++i) {
    table.Add(Listener("127." + std::to_string(i / 65536) + "." + std::to_string(i / 256 % 256) +
                       "." + std::to_string(i % 256) + ":1000"));
  }
  EXPECT_FALSE(table.Matches(ParseEndpoint("10.0.0.1:2000")));
  table.Add(Listener("127.200.0.1:2000"));
  EXPECT_TRUE(table.Matches(ParseEndpoint("127.200.0.1:2000")));
  EXPECT_TRUE(table.Matches(ParseEndpoint("10.0.0.1:2000")));
  EXPECT_FALSE(table.Matches(ParseEndpoint("[::1]:2000")));
  EXPECT_FALSE(table.Matches(ParseEndpoint("10.0.0.1:1000")));
}

}  // namespace
}  // namespace sockdiag
