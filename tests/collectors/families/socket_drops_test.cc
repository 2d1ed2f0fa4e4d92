#include "collectors/families/socket_drops.h"

#include <gtest/gtest.h>

#include <vector>

namespace sockdiag {
namespace {

struct Seen {
  std::uint32_t group;
  std::uint64_t socket;
  std::uint32_t drops;
};

void See(SocketDrops& drops, const std::vector<Seen>& sockets) {
  SocketDrops::Look look = drops.Begin();
  for (const Seen& seen : sockets) look.Add(seen.group, seen.socket, seen.drops);
  drops.Keep(std::move(look));
}

TEST(SocketDrops, AddsUpWhatEachSocketDroppedSinceItWasSeen) {
  SocketDrops drops;
  See(drops, {{0, 1, 5}, {0, 2, 7}, {9, 1, 100}});
  EXPECT_EQ(drops.Total(0), 12U);
  See(drops, {{0, 1, 6}, {0, 2, 7}, {9, 1, 100}});
  EXPECT_EQ(drops.Total(0), 13U);
  EXPECT_EQ(drops.Total(9), 100U);
  EXPECT_EQ(drops.Total(1), 0U);
}

TEST(SocketDrops, DoesNotGoBackWhenASocketCloses) {
  SocketDrops drops;
  See(drops, {{0, 1, 5}, {0, 2, 7}});
  See(drops, {{0, 2, 8}});
  EXPECT_EQ(drops.Total(0), 13U);
  See(drops, {{0, 2, 8}, {0, 3, 4}});
  EXPECT_EQ(drops.Total(0), 17U);
}

TEST(SocketDrops, TheKernelsCounterMayWrap) {
  SocketDrops drops;
  See(drops, {{0, 1, 0xffffffff}});
  See(drops, {{0, 1, 2}});
  EXPECT_EQ(drops.Total(0), 0xffffffffULL + 3);
}

TEST(SocketDrops, ASocketThatIsListedTwiceCountsOnce) {
  SocketDrops drops;
  See(drops, {{0, 1, 5}, {0, 1, 5}});
  EXPECT_EQ(drops.Total(0), 5U);
}

TEST(SocketDrops, ALookThatBeganBeforeTheLastOneIsLeftOut) {
  SocketDrops drops;
  SocketDrops::Look early = drops.Begin();
  early.Add(0, 1, 3);
  See(drops, {{0, 1, 5}, {0, 2, 1}});
  drops.Keep(std::move(early));
  EXPECT_EQ(drops.Total(0), 6U);
  See(drops, {{0, 1, 5}, {0, 2, 1}});
  EXPECT_EQ(drops.Total(0), 6U);
}

}  // namespace
}  // namespace sockdiag
