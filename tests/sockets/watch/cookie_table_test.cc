#include "sockets/watch/cookie_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace sockdiag {
namespace {

TEST(CookieTable, AgreesWithAMapUnderRandomChurn) {
  std::mt19937_64 random(7);
  CookieTable table(3000);
  std::map<std::uint64_t, std::uint32_t> reference;
  for (std::uint32_t round = 0; round < 200; ++round) {
    for (int i = 0; i < 200; ++i) {
      const std::uint64_t cookie = 1 + random() % 5000;
      TrackedSocket* found = table.Find(cookie);
      ASSERT_EQ(found != nullptr, reference.contains(cookie));
      if (found != nullptr) {
        ASSERT_EQ(found->since, reference[cookie]);
        continue;
      }
      TrackedSocket* inserted = table.Insert(cookie);
      ASSERT_EQ(inserted == nullptr, reference.size() == 3000);
      if (inserted == nullptr) continue;
      inserted->since = round;
      reference[cookie] = round;
    }
    const std::uint64_t victim = random() % 5;
    table.EraseIf([&](const TrackedSocket& socket) { return socket.cookie % 5 == victim; });
    std::erase_if(reference, [&](const auto& entry) { return entry.first % 5 == victim; });
    ASSERT_EQ(table.size(), reference.size());
  }
  std::size_t visited = 0;
  table.ForEach([&](TrackedSocket& socket) {
    ++visited;
    EXPECT_EQ(socket.since, reference.at(socket.cookie));
  });
  EXPECT_EQ(visited, reference.size());
}

TEST(CookieTable, TakesAtMost32BytesASocketOnceThereAreSome) {
  CookieTable table(200'000);
  for (std::uint64_t cookie = 1; cookie <= 200'000; ++cookie) {
    ASSERT_NE(table.Insert(cookie * 4096), nullptr);
    if (cookie >= 64) {
      ASSERT_LE(table.memory_bytes(), cookie * 32) << cookie;
    }
  }
  EXPECT_EQ(table.Insert(1), nullptr) << "more than the limit";
  EXPECT_EQ(table.size(), 200'000U);
}

TEST(CookieTable, GivesMemoryBack) {
  CookieTable table(100'000);
  for (std::uint64_t cookie = 1; cookie <= 100'000; ++cookie) {
    ASSERT_NE(table.Insert(cookie), nullptr);
  }
  table.EraseIf([](const TrackedSocket& socket) { return socket.cookie > 41'000; });
  table.Shrink();
  EXPECT_EQ(table.size(), 41'000U);
  EXPECT_LE(table.memory_bytes(), 41'000 * 32U);
  table.EraseIf([](const TrackedSocket& socket) { return socket.cookie > 100; });
  table.Shrink();
  EXPECT_EQ(table.size(), 100U);
  EXPECT_LE(table.memory_bytes(), 100 * 32U);
  for (std::uint64_t cookie = 1; cookie <= 100; ++cookie) {
    EXPECT_NE(table.Find(cookie), nullptr);
  }
}

TEST(CookieTable, HasNoPlaceForCookieZero) {
  CookieTable table(10);
  EXPECT_EQ(table.Find(0), nullptr);
  ASSERT_NE(table.Insert(5), nullptr);
  EXPECT_EQ(table.Find(0), nullptr);
}

}  // namespace
}  // namespace sockdiag
