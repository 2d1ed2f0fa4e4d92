#include "sockets/tally/group_table.h"

#include <gtest/gtest.h>

#include <string>

namespace sockdiag {
namespace {

std::string Shown(const GroupTable<int>& table) {
  std::string text;
  table.ForEach([&](GroupId id, int figure) {
    const Group group = GroupOf(id);
    text += std::to_string(Index(group.service)) + " " + std::string(Name(group.direction)) + " " +
            std::to_string(figure) + "\n";
  });
  return text;
}

TEST(GroupTable, VisitsThoseWithAFigureInOrder) {
  GroupTable<int> table;
  const auto add = [&](std::size_t service, Direction direction) {
    ++table.At(IdOf({static_cast<ServiceId>(service), direction}));
  };
  EXPECT_EQ(Shown(table), "");
  add(131'070, Direction::kOutbound);
  add(64, Direction::kInbound);
  add(63, Direction::kOutbound);
  add(63, Direction::kInbound);
  add(63, Direction::kInbound);
  add(0, Direction::kInbound);
  static_cast<void>(table.At(IdOf({static_cast<ServiceId>(1000), Direction::kInbound})));
  EXPECT_EQ(Shown(table),
            "0 inbound 1\n63 inbound 2\n63 outbound 1\n64 inbound 1\n131070 outbound 1\n");
}

}  // namespace
}  // namespace sockdiag
