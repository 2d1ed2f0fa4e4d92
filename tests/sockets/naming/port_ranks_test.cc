#include "sockets/naming/port_ranks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>

#include "sockets/naming/ephemeral_ports.h"

namespace sockdiag {
namespace {

constexpr auto kTcp = Protocol::kTcp;
constexpr auto kIn = Direction::kInbound;
constexpr auto kOut = Direction::kOutbound;

Port At(std::uint16_t port) { return Port::FromHost(port); }

ServiceRule Rule(std::vector<PortRange> ports) {
  ServiceRule rule;
  rule.name = "rule";
  rule.ports = std::move(ports);
  return rule;
}

/// The ranks of a configuration; the kernel's own range is 32768 to 60999.
struct Ranks {
  explicit Ranks(const std::vector<ServiceRule>& rules, const ServicesDatabase& database = {})
      : matcher(rules, database, names), ranks(matcher, EphemeralPorts().range) {}

  [[nodiscard]] PortRank Of(std::uint16_t port, Direction direction = kIn, bool is_served = false,
                            Protocol protocol = kTcp) const {
    return ranks.Of(protocol, direction, At(port), is_served);
  }

  ServiceNames names;
  ServiceMatcher matcher;
  PortRanks ranks;
};

TEST(PortRanks, APortOfARuleComesFirstWhereverItLies) {
  const Ranks ranks({Rule({{At(5432), At(5432)}, {At(40000), At(40009)}})},
                    {{{kTcp, At(5432)}, "postgresql"}});
  EXPECT_EQ(ranks.Of(5432), PortRank::kRule);
  EXPECT_EQ(ranks.Of(40009), PortRank::kRule);
  EXPECT_EQ(ranks.Of(40010), PortRank::kRest);
}

TEST(PortRanks, ARuleNamesInItsProtocolAndDirection) {
  ServiceRule rule = Rule({{At(53), At(53)}});
  rule.protocol = Protocol::kUdp;
  rule.direction = kIn;
  const Ranks ranks({rule});
  EXPECT_EQ(ranks.Of(53, kIn, false, Protocol::kUdp), PortRank::kRule);
  EXPECT_EQ(ranks.Of(53, kOut, false, Protocol::kUdp), PortRank::kServing);
  EXPECT_EQ(ranks.Of(53, kIn, false, kTcp), PortRank::kServing);
}

TEST(PortRanks, ARuleThatAsksForNetworksNamesItsPorts) {
  ServiceRule rule = Rule({{At(40000), At(40000)}});
  rule.remote_networks = {*Cidr::Parse("10.0.0.0/8")};
  EXPECT_EQ(Ranks({rule}).Of(40000), PortRank::kRule);
}

TEST(PortRanks, ARuleWithoutPortsNamesNone) {
  const Ranks ranks({Rule({})});
  EXPECT_EQ(ranks.Of(40000), PortRank::kRest);
  EXPECT_EQ(ranks.Of(80), PortRank::kServing);
}

TEST(PortRanks, ALongRangeOfARuleNamesThePortsThatNoClientGets) {
  const Ranks ranks({Rule({{At(32000), At(33000)}})}, {{{kTcp, At(32700)}, "named"}});
  EXPECT_EQ(ranks.Of(32767), PortRank::kRule);
  EXPECT_EQ(ranks.Of(32700), PortRank::kRule);
  EXPECT_EQ(ranks.Of(32768), PortRank::kServing);
}

TEST(PortRanks, ALongRangeOfARuleTakesNoPlaceFromNamedPorts) {
  const Ranks ranks({Rule({{At(40000), At(49999)}}), Rule({{At(41000), At(41000)}}),
                     Rule({{At(50000), At(50099)}}), Rule({{At(50100), At(50200)}})},
                    {{{kTcp, At(42000)}, "named"}});
  EXPECT_EQ(ranks.Of(40000), PortRank::kServing);
  EXPECT_EQ(ranks.Of(42000), PortRank::kDatabase);
  EXPECT_EQ(ranks.Of(41000), PortRank::kServing) << "the rule before it takes all its sockets";
  EXPECT_EQ(ranks.Of(50099), PortRank::kRule) << "a hundred ports";
  EXPECT_EQ(ranks.Of(50200), PortRank::kServing) << "a hundred and one";
}

TEST(PortRanks, APortOfTheDatabaseComesNext) {
  const Ranks ranks({}, {{{kTcp, At(80)}, "http"}, {{kTcp, At(40000)}, "named"}});
  for (const Direction direction : kDirections) {
    EXPECT_EQ(ranks.Of(80, direction), PortRank::kDatabase);
    EXPECT_EQ(ranks.Of(40000, direction), PortRank::kDatabase);
  }
  EXPECT_EQ(ranks.Of(80, kIn, false, Protocol::kUdp), PortRank::kServing);
}

TEST(PortRanks, ThenOneThatIsServedOrLiesOutsideTheEphemeralRange) {
  const Ranks ranks({});
  for (const std::uint16_t port :
       std::initializer_list<std::uint16_t>{1, 9200, 32767, 61000, 65535}) {
    EXPECT_EQ(ranks.Of(port), PortRank::kServing) << port;
  }
  EXPECT_EQ(ranks.Of(50051, kIn, /*is_served=*/true), PortRank::kServing);
}

TEST(PortRanks, ThenTheRest) {
  const Ranks ranks({});
  for (const std::uint16_t port : std::initializer_list<std::uint16_t>{32768, 50051, 60999}) {
    EXPECT_EQ(ranks.Of(port), PortRank::kRest) << port;
  }
}

}  // namespace
}  // namespace sockdiag
