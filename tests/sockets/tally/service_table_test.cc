#include "sockets/tally/service_table.h"

#include <gtest/gtest.h>

#include <string>

namespace sockdiag {
namespace {

std::string Shown(const ServiceTable& table) {
  std::string text;
  table.ForEach([&](ServiceId service, Direction direction, const ServiceTotals& totals) {
    text += std::to_string(Index(service)) + " " + std::string(Name(direction)) + " " +
            std::to_string(totals.states.Total()) + "\n";
  });
  return text;
}

TEST(ServiceTable, VisitsThoseWithSocketsInOrder) {
  ServiceTable table(131'071);
  const auto add = [&](std::size_t service, Direction direction) {
    table.At(static_cast<ServiceId>(service), direction).states.Increment(SocketState::kListen);
  };
  EXPECT_EQ(Shown(table), "");
  add(131'070, Direction::kOutbound);
  add(64, Direction::kInbound);
  add(63, Direction::kOutbound);
  add(63, Direction::kInbound);
  add(63, Direction::kInbound);
  add(0, Direction::kInbound);
  static_cast<void>(table.At(static_cast<ServiceId>(1000), Direction::kInbound));
  EXPECT_EQ(Shown(table),
            "0 inbound 1\n63 inbound 2\n63 outbound 1\n64 inbound 1\n131070 outbound 1\n");
}

}  // namespace
}  // namespace sockdiag
