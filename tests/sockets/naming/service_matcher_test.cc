#include "sockets/naming/service_matcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace sockdiag {
namespace {

IpAddress Address(const std::string& text) { return *IpAddress::Parse(text); }
PortRange Ports(std::uint16_t first, std::uint16_t last) {
  return {Port::FromHost(first), Port::FromHost(last)};
}
PortRange Only(std::uint16_t port) { return Ports(port, port); }

ServiceRule Rule(const std::string& name, std::vector<PortRange> ports = {}) {
  ServiceRule rule;
  rule.name = name;
  rule.ports = std::move(ports);
  return rule;
}

/// A matcher with its names.
struct Matcher {
  Matcher(const std::vector<ServiceRule>& rules, const ServicesDatabase& database)
      : matcher(rules, database, names) {}

  ServiceNames names;
  ServiceMatcher matcher;
};

std::string NameOf(const Matcher& matcher, Direction direction, std::uint16_t port,
                   const std::string& local = "10.0.0.1", const std::string& remote = "10.0.0.2",
                   Protocol protocol = Protocol::kTcp) {
  const ServiceMatch match =
      matcher.matcher.Match(protocol, direction, Port::FromHost(port), Address(local),
                            Address(remote), matcher.matcher.nobody());
  return matcher.names.Name(match.service);
}

TEST(ServiceMatcher, WithoutRulesAsksTheDatabaseThenSaysOther) {
  const Matcher matcher({}, {{{Protocol::kTcp, Port::FromHost(80)}, "http"}});
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 80), "http");
  EXPECT_EQ(NameOf(matcher, Direction::kOutbound, 80), "http");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 79), "other");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 81), "other");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 80, "::1", "::1", Protocol::kUdp), "other");
}

TEST(ServiceMatcher, TheFirstRuleThatMatchesNames) {
  const Matcher matcher(
      {Rule("narrow", {Only(100)}), Rule("wide", {Ports(90, 110)}), Rule("last", {Only(100)})},
      {{{Protocol::kTcp, Port::FromHost(100)}, "database"}});
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 100), "narrow");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 90), "wide");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 110), "wide");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 111), "other");
}

TEST(ServiceMatcher, ReachesTheLastPort) {
  const Matcher matcher({Rule("top", {Ports(65000, 65535)})}, {});
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 65535), "top");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 64999), "other");
}

TEST(ServiceMatcher, HonoursDirectionAndProtocol) {
  ServiceRule in = Rule("in", {Only(53)});
  in.direction = Direction::kInbound;
  ServiceRule out = Rule("out", {Only(53)});
  out.direction = Direction::kOutbound;
  ServiceRule udp = Rule("udp", {Only(53)});
  udp.protocol = Protocol::kUdp;
  const Matcher matcher({in, out, udp}, {});
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 53), "in");
  EXPECT_EQ(NameOf(matcher, Direction::kOutbound, 53), "out");
  EXPECT_EQ(NameOf(matcher, Direction::kOutbound, 53, "::1", "::1", Protocol::kUdp), "udp");
}

TEST(ServiceMatcher, HonoursNetworksAndFallsThrough) {
  ServiceRule primary = Rule("primary", {Only(5432)});
  primary.remote_networks = {*Cidr::Parse("10.1.2.0/24"), *Cidr::Parse("2001:db8::/32")};
  ServiceRule both = Rule("both", {Only(5432)});
  both.local_networks = {*Cidr::Parse("10.0.0.0/8")};
  both.remote_networks = {*Cidr::Parse("10.9.0.0/16")};
  const Matcher matcher({primary, both}, {{{Protocol::kTcp, Port::FromHost(5432)}, "postgresql"}});
  const auto name = [&](const char* local, const char* remote) {
    return NameOf(matcher, Direction::kOutbound, 5432, local, remote);
  };
  EXPECT_EQ(name("10.0.0.1", "10.1.2.255"), "primary");
  EXPECT_EQ(name("10.0.0.1", "10.1.3.0"), "postgresql");
  EXPECT_EQ(name("10.0.0.1", "::ffff:10.1.2.3"), "primary");
  EXPECT_EQ(name("2001:db8::1", "2001:db8:1::1"), "primary");
  EXPECT_EQ(name("10.0.0.1", "10.9.0.1"), "both");
  EXPECT_EQ(name("192.0.2.1", "10.9.0.1"), "postgresql");
}

TEST(ServiceMatcher, AnIpv6DefaultRouteDoesNotTakeIpv4) {
  ServiceRule six = Rule("six");
  six.remote_networks = {*Cidr::Parse("::/0")};
  ServiceRule four = Rule("four");
  four.remote_networks = {*Cidr::Parse("0.0.0.0/0")};
  const Matcher matcher({six, four}, {});
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 1, "10.0.0.1", "10.0.0.2"), "four");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 1, "::1", "2001:db8::1"), "six");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 1, "::1", "ffff::ffff"), "six");
}

TEST(ServiceMatcher, ListsNamesAndConfiguredSeriesWithoutRepeats) {
  ServiceRule out = Rule("b", {Only(2)});
  out.direction = Direction::kOutbound;
  const Matcher matcher({Rule("b", {Only(1)}), Rule("a"), out},
                        {{{Protocol::kTcp, Port::FromHost(7)}, "echo"},
                         {{Protocol::kUdp, Port::FromHost(7)}, "echo"}});
  EXPECT_EQ(matcher.names.size(), 4U) << "other, b, a, echo";
  const auto& configured = matcher.matcher.configured();
  ASSERT_EQ(configured.size(), 4U);
  EXPECT_EQ(matcher.names.Name(configured[0].service), "b");
}

TEST(ServiceMatcher, TheNextOneGivesTheSameNumbersToTheSameNames) {
  ServiceNames names;
  const ServiceMatcher before({Rule("a"), Rule("b")}, {}, names);
  const ServiceMatcher after({Rule("b"), Rule("c")}, {}, names);
  EXPECT_EQ(after.configured()[0].service, before.configured()[2].service);
  EXPECT_EQ(names.size(), 4U) << "other, a, b, c";
  EXPECT_EQ(names.Name(ServiceId::kOther), "other");
}

/// The definition, word for word, and slow.
std::string FirstMatch(const std::vector<ServiceRule>& rules, Direction direction, Port port,
                       const IpAddress& local, const IpAddress& remote) {
  const auto in_any = [](const std::vector<Cidr>& networks, const IpAddress& address) {
    return networks.empty() || std::any_of(networks.begin(), networks.end(),
                                           [&](const Cidr& net) { return net.Contains(address); });
  };
  for (const ServiceRule& rule : rules) {
    const bool port_holds =
        rule.ports.empty() || std::any_of(rule.ports.begin(), rule.ports.end(),
                                          [&](const PortRange& r) { return r.Contains(port); });
    if (port_holds && (!rule.direction || *rule.direction == direction) &&
        in_any(rule.local_networks, local) && in_any(rule.remote_networks, remote)) {
      return rule.name;
    }
  }
  return "other";
}

TEST(ServiceMatcher, AgreesWithTheDefinitionOnRandomRules) {
  std::mt19937 random(42);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  const auto port = [&] { return static_cast<std::uint16_t>(below(40)); };
  const auto address = [&] {
    return below(3) == 0 ? IpAddress::FromBits(0x20010db800000000, below(16))
                         : Address("10.0.0." + std::to_string(below(16)));
  };
  const auto network = [&] {
    if (below(4) == 0) return *Cidr::Parse(below(2) == 0 ? "::/0" : "2001:db8::8/125");
    const std::uint32_t length = 28 + below(5);
    const std::uint32_t size = 1U << (32 - length);
    return *Cidr::Parse("10.0.0." + std::to_string(below(16) / size * size) + "/" +
                        std::to_string(length));
  };
  for (int round = 0; round < 30; ++round) {
    std::vector<ServiceRule> rules;
    for (std::uint32_t i = 0; i < 150; ++i) {
      ServiceRule rule = Rule("r" + std::to_string(i));
      for (std::uint32_t n = below(3); n > 0; --n) {
        const std::uint16_t first = port();
        rule.ports.push_back(Ports(first, static_cast<std::uint16_t>(first + below(3))));
      }
      for (std::uint32_t n = below(3); n > 0; --n) rule.local_networks.push_back(network());
      for (std::uint32_t n = 1 + below(2); n > 0; --n) rule.remote_networks.push_back(network());
      if (below(3) == 0) rule.direction = kDirections[below(2)];
      rules.push_back(rule);
    }
    const Matcher matcher(rules, {});
    for (int lookup = 0; lookup < 2000; ++lookup) {
      const Direction direction = kDirections[below(2)];
      const Port at = Port::FromHost(port());
      const IpAddress local = address();
      const IpAddress remote = address();
      const ServiceMatch match = matcher.matcher.Match(Protocol::kTcp, direction, at, local, remote,
                                                       matcher.matcher.nobody());
      ASSERT_EQ(matcher.names.Name(match.service), FirstMatch(rules, direction, at, local, remote));
    }
  }
}

/// The name of an inbound connection on port 80, held by this owner.
std::string NameFor(const Matcher& matcher, const std::string& owner) {
  const ServiceMatch match = matcher.matcher.Match(
      Protocol::kTcp, Direction::kInbound, Port::FromHost(80), Address("10.0.0.1"),
      Address("10.0.0.2"), matcher.matcher.RowsOf(owner));
  return matcher.names.Name(match.service);
}

TEST(ServiceMatcher, AsksForOwnersByGlob) {
  const std::vector<PortRange> http{{Port::FromHost(80), Port::FromHost(80)}};
  const Matcher matcher({{.name = "front", .ports = http, .owner = "nginx*.service"},
                         {.name = "cart", .owner = "shop/cart-?"},
                         {.name = "any owner", .owner = "*"},
                         {.name = "web", .ports = http}},
                        {});
  EXPECT_TRUE(matcher.matcher.asks_for_owners());
  EXPECT_EQ(NameFor(matcher, "nginx.service"), "front");
  EXPECT_EQ(NameFor(matcher, "nginx@1.service"), "front");
  EXPECT_EQ(NameFor(matcher, "shop/cart-4"), "cart");
  EXPECT_EQ(NameFor(matcher, "shop/cart-44"), "any owner");
  EXPECT_EQ(NameFor(matcher, ""), "web");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 80), "web");
  EXPECT_EQ(NameOf(matcher, Direction::kInbound, 81), "other");
}

TEST(ServiceMatcher, AsksForNoOwnersWithoutSuchRules) {
  EXPECT_FALSE(Matcher({{.name = "web"}}, {}).matcher.asks_for_owners());
}

}  // namespace
}  // namespace sockdiag
