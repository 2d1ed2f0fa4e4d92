#include "sockets/watch/socket_drops.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace sockdiag {
namespace {

using Sums = SocketDrops<int>::Sums;

struct Seen {
  std::uint64_t socket;
  std::uint32_t drops;
  int group = 0;
};

SocketDrops<int>::Look LookAt(std::initializer_list<Seen> sockets) {
  SocketDrops<int>::Look look;
  for (const Seen& seen : sockets) look.Add(seen.socket, seen.drops, seen.group);
  return look;
}

class SocketDropsTest : public ::testing::Test {
 protected:
  Sums After(std::initializer_list<Seen> sockets) {
    drops_.Keep(LookAt(sockets));
    return drops_.sums();
  }

  SocketDrops<int> drops_;
};

TEST_F(SocketDropsTest, TellsWhatWasDroppedSinceTheLookBefore) {
  EXPECT_EQ(After({{1, 10}}), Sums()) << "nobody knows when";
  EXPECT_EQ(After({{1, 13}}), (Sums{{0, 3}}));
  EXPECT_EQ(After({{1, 14}, {2, 5, 9}}), (Sums{{0, 4}, {9, 5}})) << "a new socket";
  EXPECT_EQ(drops_.Sum(9), 5U);
  EXPECT_EQ(drops_.Sum(7), 0U);
}

TEST_F(SocketDropsTest, ASocketThatGoesTakesNothingBack) {
  static_cast<void>(After({{1, 10}, {2, 0}}));
  EXPECT_EQ(After({{2, 2}}), (Sums{{0, 2}}));
  EXPECT_EQ(After({}), (Sums{{0, 2}}));
}

TEST_F(SocketDropsTest, ASocketThatOneLookMissedIsNotANewOne) {
  static_cast<void>(After({{1, 10}}));
  static_cast<void>(After({}));
  EXPECT_EQ(After({{1, 12}}), (Sums{{0, 2}}));
}

TEST_F(SocketDropsTest, ForgetsASocketThatTwoLooksMissed) {
  static_cast<void>(After({{1, 10}}));
  static_cast<void>(After({}));
  static_cast<void>(After({}));
  EXPECT_EQ(After({{1, 4}}), (Sums{{0, 4}})) << "another one with its address";
}

TEST_F(SocketDropsTest, AdmitsThatTheKernelsCounterBeginsAnew) {
  static_cast<void>(After({{1, 0xffff'fffe}}));
  EXPECT_EQ(After({{1, 3}}), (Sums{{0, 5}}));
}

TEST_F(SocketDropsTest, AnEarlierLookThatIsKeptLastAddsNothing) {
  static_cast<void>(After({{1, 10}}));
  static_cast<void>(After({{1, 15}, {2, 1}}));
  EXPECT_EQ(After({{1, 13}}), (Sums{{0, 6}}));
  EXPECT_EQ(After({{1, 16}, {2, 1}}), (Sums{{0, 7}}));
}

TEST_F(SocketDropsTest, CountsASocketOnceThatALookShowsTwice) {
  static_cast<void>(After({}));
  EXPECT_EQ(After({{1, 3}, {1, 3}}), (Sums{{0, 3}}));
}

TEST_F(SocketDropsTest, WhatIsTakenOffIsToldNoMore) {
  static_cast<void>(After({}));
  const Sums counted = After({{1, 3}});
  static_cast<void>(After({{1, 5}, {2, 1, 9}}));
  drops_.TakeOff(counted);
  EXPECT_EQ(drops_.sums(), (Sums{{0, 2}, {9, 1}}));
}

}  // namespace
}  // namespace sockdiag
