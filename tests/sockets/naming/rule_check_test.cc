#include "sockets/naming/rule_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sockdiag {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

PortRange Ports(std::uint16_t first, std::uint16_t last) {
  return {Port::FromHost(first), Port::FromHost(last)};
}

std::vector<Cidr> Networks(const std::vector<std::string>& texts) {
  std::vector<Cidr> networks;
  for (const std::string& text : texts) networks.push_back(Cidr::Parse(text).value());
  return networks;
}

ServiceRule WithPorts(const std::string& name, std::vector<PortRange> ports) {
  ServiceRule rule;
  rule.name = name;
  rule.ports = std::move(ports);
  return rule;
}

ServiceRule From(const std::vector<std::string>& local, const std::vector<std::string>& remote) {
  ServiceRule rule;
  rule.name = "rule";
  rule.local_networks = Networks(local);
  rule.remote_networks = Networks(remote);
  return rule;
}

ServiceRule Directed(ServiceRule rule, Direction direction) {
  rule.direction = direction;
  return rule;
}

ServiceRule Udp(ServiceRule rule) {
  rule.protocol = Protocol::kUdp;
  return rule;
}

constexpr auto kIn = Direction::kInbound;
constexpr auto kOut = Direction::kOutbound;

TEST(RuleCheck, HasNothingToSayOfRulesThatCanMatch) {
  EXPECT_THAT(FindRuleDoubts({}), IsEmpty());
  EXPECT_THAT(FindRuleDoubts({WithPorts("special", {Ports(80, 80)}), WithPorts("general", {})}),
              IsEmpty());
  EXPECT_THAT(FindRuleDoubts({WithPorts("a", {Ports(1, 79)}), WithPorts("b", {Ports(79, 80)})}),
              IsEmpty());
  EXPECT_THAT(FindRuleDoubts({WithPorts("tcp", {}), Udp(WithPorts("udp", {}))}), IsEmpty());
  EXPECT_THAT(FindRuleDoubts({Directed(WithPorts("in", {}), kIn), WithPorts("any", {})}),
              IsEmpty());
  EXPECT_THAT(FindRuleDoubts({From({"10.0.0.0/9"}, {}), From({"10.0.0.0/8"}, {})}), IsEmpty());
  EXPECT_THAT(FindRuleDoubts({From({"::/0"}, {}), From({}, {})}), IsEmpty());
  EXPECT_THAT(FindRuleDoubts({From({}, {"10.0.0.0/8"}), From({"10.0.0.0/8"}, {})}), IsEmpty());
}

TEST(RuleCheck, NamesTheRuleThatTakesAll) {
  const auto shadowed = [](const ServiceRule& first, const ServiceRule& second) {
    EXPECT_THAT(FindRuleDoubts({first, second}),
                ElementsAre("services[1] (" + second.name + ") never matches: services[0] (" +
                            first.name + ") comes first and takes all that it would"));
  };
  const ServiceRule all = WithPorts("all", {});
  shadowed(all, all);
  shadowed(all, WithPorts("web", {Ports(80, 80), Ports(443, 443)}));
  shadowed(WithPorts("most", {Ports(1, 65535)}), all);
  shadowed(all, Directed(From({"10.0.0.0/8"}, {"2001:db8::/32", "0.0.0.0/0"}), kOut));
  shadowed(WithPorts("range", {Ports(80, 90)}), WithPorts("one", {Ports(85, 85)}));
  shadowed(From({"10.0.0.0/8"}, {}), From({"10.1.0.0/16"}, {"10.2.0.0/16"}));
  shadowed(From({"0.0.0.0/0", "::/0"}, {}), all);
  shadowed(From({"0.0.0.0/0"}, {}), From({}, {"10.0.0.0/8"}));
}

TEST(RuleCheck, SeesWhatRulesTakeTogether) {
  const auto together = [](std::vector<ServiceRule> rules) {
    EXPECT_THAT(
        FindRuleDoubts(rules),
        ElementsAre("services[" + std::to_string(rules.size() - 1) + "] (" + rules.back().name +
                    ") never matches: earlier rules together take all that it would"));
  };
  together({WithPorts("a", {Ports(80, 80)}), WithPorts("b", {Ports(81, 90)}),
            WithPorts("c", {Ports(80, 90)})});
  together({Directed(WithPorts("in", {}), kIn), Directed(WithPorts("out", {}), kOut),
            WithPorts("any", {Ports(1, 1)})});
  together({From({"10.0.0.0/9"}, {}), From({"10.128.0.0/9"}, {}), From({"10.0.0.0/8"}, {})});
  together({From({"::/0"}, {}), From({}, {"0.0.0.0/0"}), From({}, {})});
}

TEST(RuleCheck, KnowsThatNoConnectionHasTwoFamilies) {
  const std::string message =
      "services[0] (rule) never matches: its local and its remote networks are IPv4 on one side "
      "and IPv6 on the other";
  EXPECT_THAT(FindRuleDoubts({From({"10.0.0.0/8"}, {"2001:db8::/32"})}), ElementsAre(message));
  EXPECT_THAT(FindRuleDoubts({From({"::/0"}, {"10.0.0.0/8"})}), ElementsAre(message));
  EXPECT_THAT(FindRuleDoubts({From({"::ffff:10.0.0.0/104"}, {"10.0.0.0/8"})}), IsEmpty());
}

TEST(RuleCheck, WarnsOfTheNameOfTheRest) {
  EXPECT_THAT(FindRuleDoubts({WithPorts("other", {Ports(80, 80)})}),
              ElementsAre("services[0] (other) has the name of what has no name, or no place under "
                          "limits: nothing will tell the two apart"));
  EXPECT_THAT(FindRuleDoubts({WithPorts("others", {})}), IsEmpty());
}

/// A configuration as large as it may be must not hold up a reload.
TEST(RuleCheck, GivesUpOnRulesThatOverlapInVeryManyWays) {
  std::vector<ServiceRule> rules;
  for (unsigned i = 0; i < 100; ++i) {
    std::vector<std::string> networks;
    for (unsigned j = 0; j < 100; ++j) {
      networks.push_back("10." + std::to_string(i) + "." + std::to_string(j) + ".0/24");
    }
    rules.push_back(From(networks, networks));
  }
  rules.push_back(From({"10.0.0.0/8"}, {"10.0.0.0/8"}));
  rules.push_back(rules.back());
  EXPECT_THAT(FindRuleDoubts(rules), IsEmpty());
}

}  // namespace
}  // namespace sockdiag
