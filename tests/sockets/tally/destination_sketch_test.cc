#include "sockets/tally/destination_sketch.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/support/records.h"

namespace sockdiag {
namespace {

const IpAddress kLocal = *IpAddress::Parse("10.0.0.1");

Endpoint Destination(std::uint32_t number) {
  return {IpAddress::FromBits(0x20010db8'00000000, number), Port::FromHost(443)};
}

TEST(DestinationSketch, IsExactWhileTheDestinationsFit) {
  DestinationSketch sketch;
  EXPECT_EQ(sketch.Max(), 0U);
  for (std::uint32_t i = 0; i < DestinationSketch::kCounters; ++i) {
    sketch.Add(kLocal, Destination(i));
  }
  EXPECT_EQ(sketch.Max(), 1U);
  for (int i = 0; i < 41; ++i) sketch.Add(kLocal, Destination(77));
  EXPECT_EQ(sketch.Max(), 42U);
}

TEST(DestinationSketch, TellsAddressesAndPortsApart) {
  DestinationSketch sketch;
  const Endpoint remote = testing::ParseEndpoint("10.0.0.2:80");
  sketch.Add(kLocal, remote);
  sketch.Add(*IpAddress::Parse("10.0.0.3"), remote);
  sketch.Add(kLocal, testing::ParseEndpoint("10.0.0.2:81"));
  sketch.Add(kLocal, testing::ParseEndpoint("10.0.0.4:80"));
  EXPECT_EQ(sketch.Max(), 1U);
}

TEST(DestinationSketch, CountsOwnersApartAndTogether) {
  DestinationSketch sketch;
  const auto one = OwnerId::kFirst;
  for (int i = 0; i < 3; ++i) sketch.Add(kLocal, Destination(1), one);
  for (int i = 0; i < 2; ++i) sketch.Add(kLocal, Destination(1));
  for (int i = 0; i < 4; ++i) sketch.Add(kLocal, Destination(2), one);
  EXPECT_EQ(sketch.Max(), 5U);
  EXPECT_EQ(sketch.MaxByOwner(),
            (std::map<OwnerId, std::uint64_t>{{OwnerId::kUntold, 2}, {one, 4}}));
}

TEST(DestinationSketch, KeepsItsErrorBoundAmongAMillionDestinations) {
  constexpr std::uint32_t kHeavy = 20'000;
  constexpr std::uint32_t kOthers = 1'000'000;
  std::mt19937 random(1);
  DestinationSketch sketch;
  std::uint32_t heavy_left = kHeavy;
  for (std::uint32_t i = 0; i < kHeavy + kOthers; ++i) {
    const bool heavy = random() % (kHeavy + kOthers - i) < heavy_left;
    heavy_left -= heavy ? 1 : 0;
    sketch.Add(kLocal, Destination(heavy ? 0 : i + 1));
  }
  EXPECT_LE(sketch.Max(), kHeavy);
  EXPECT_GE(sketch.Max(), kHeavy - (kHeavy + kOthers) / DestinationSketch::kCounters);
}

}  // namespace
}  // namespace sockdiag
