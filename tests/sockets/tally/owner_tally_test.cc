#include "sockets/tally/owner_tally.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

OwnerId Id(std::uint32_t number) { return static_cast<OwnerId>(number); }

Classification Of(OwnerId owner) {
  Classification classification;
  classification.owner = owner;
  return classification;
}

const SocketRecord kEstablished =
    testing::Tcp(SocketState::kEstablished, "10.0.0.1:443", "10.0.0.9:50000");

std::map<OwnerId, std::uint64_t> Totals(const OwnerTally& tally) {
  std::map<OwnerId, std::uint64_t> totals;
  tally.ForEach([&](OwnerId owner, const OwnerFigures& figures) {
    EXPECT_TRUE(totals.emplace(owner, figures.states.Total()).second);
  });
  return totals;
}

TEST(OwnerTally, CountsWhoeverHoldsThem) {
  constexpr std::uint32_t kLast = ~std::uint32_t{0};
  OwnerTally tally;
  EXPECT_TRUE(Totals(tally).empty());
  // 0 and 64 have the same last bits.
  for (const std::uint32_t owner : {kLast, 5U, 5U, 0U, kLast, 64U, 0U, 1U, kLast, 5U, 64U}) {
    tally.Add(kEstablished, Of(Id(owner)));
  }
  EXPECT_EQ(Totals(tally), (std::map<OwnerId, std::uint64_t>{
                               {Id(0), 2}, {Id(1), 1}, {Id(5), 3}, {Id(64), 2}, {Id(kLast), 3}}));
}

TEST(OwnerTally, KeepsTheFullestListenerOfEach) {
  OwnerTally tally;
  tally.Add(testing::Listener("0.0.0.0:80", 64, 128), Of(Id(7)));
  tally.Add(testing::Listener("0.0.0.0:81", 32, 128), Of(Id(7)));
  tally.Add(testing::Listener("0.0.0.0:82", 128, 128), Of(Id(9)));
  std::map<OwnerId, std::optional<double>> fullest;
  tally.ForEach([&](OwnerId owner, const OwnerFigures& figures) {
    fullest[owner] = figures.listen_queue_saturation;
  });
  EXPECT_EQ(fullest, (std::map<OwnerId, std::optional<double>>{{Id(7), 0.5}, {Id(9), 1.0}}));
}

/// Of what malloc(3) gave and has not got back.
std::size_t BytesInUse() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(OwnerTally, ItsSizeIsThatOfItsOwnersWhateverTheirIds) {
  constexpr std::size_t kOwners = 1000;
  for (const std::uint32_t distance : {1U, 1000U, 4'000'000U}) {
    const std::size_t before = BytesInUse();
    OwnerTally tally;
    for (std::uint32_t i = 0; i < kOwners; ++i) tally.Add(kEstablished, Of(Id(i * distance)));
    EXPECT_LE(BytesInUse() - before, 200 * kOwners) << distance << " apart";
    EXPECT_EQ(Totals(tally).size(), kOwners);
  }
}

}  // namespace
}  // namespace sockdiag
