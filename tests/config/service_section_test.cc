#include "config/service_section.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/config/refusals.h"

namespace sockdiag {
namespace {

std::string Rule(const std::string& keys) { return "services:\n  - name: a\n    " + keys + "\n"; }

ServiceRule ReadRule(const std::string& keys) {
  const Config config = ExpectAccepted(Rule(keys));
  return config.services.empty() ? ServiceRule{} : config.services.front();
}

std::string Repeat(const std::string& text, int count) {
  std::string repeated;
  for (int i = 0; i < count; ++i) repeated += text;
  return repeated;
}

PortRange Ports(std::uint16_t first, std::uint16_t last) {
  return {Port::FromHost(first), Port::FromHost(last)};
}

TEST(ServiceSection, ARuleWithOnlyANameMatchesAllOfTcp) {
  ServiceRule expected;
  expected.name = "a";
  EXPECT_EQ(ExpectAccepted("services: [{name: a}]").services, std::vector{expected});
}

TEST(ServiceSection, KeepsTheRulesInTheFilesOrder) {
  const Config config = ExpectAccepted("services: [{name: b}, {name: a}, {name: b}]");
  ASSERT_EQ(config.services.size(), 3U);
  EXPECT_EQ(config.services[0].name, "b");
  EXPECT_EQ(config.services[1].name, "a");
  EXPECT_EQ(config.services[2].name, "b");
}

TEST(ServiceSection, ReadsProtocolAndDirection) {
  EXPECT_EQ(ReadRule("protocol: udp").protocol, Protocol::kUdp);
  EXPECT_EQ(ReadRule("protocol: tcp").protocol, Protocol::kTcp);
  EXPECT_EQ(ReadRule("direction: inbound").direction, Direction::kInbound);
  EXPECT_EQ(ReadRule("direction: 'outbound'").direction, Direction::kOutbound);
  EXPECT_EQ(ReadRule("direction: any").direction, std::nullopt);
}

TEST(ServiceSection, RefusesOtherProtocolsAndDirections) {
  ExpectRefused({
      {Rule("protocol: TCP"), "c.yaml:3:15: services[0].protocol: TCP is not one of tcp, udp"},
      {Rule("protocol: ''"), "c.yaml:3:15: services[0].protocol: \"\" is not one of tcp, udp"},
      {Rule("protocol: [tcp]"),
       "c.yaml:3:15: services[0].protocol: expected one of tcp, udp, not a list"},
      {Rule("protocol:"), "c.yaml:3:5: services[0].protocol: expected one of tcp, udp, not null"},
      {Rule("direction: both"),
       "c.yaml:3:16: services[0].direction: both is not one of inbound, outbound, any"},
      {Rule("direction: ~"),
       "c.yaml:3:16: services[0].direction: expected one of inbound, outbound, any, not null"},
  });
}

TEST(ServiceSection, ReadsPortsAndRangesQuotedOrNot) {
  EXPECT_EQ(ReadRule("ports: [1, 65535, \"5432\", 80-90, '1-65535', \"7-7\"]").ports,
            (std::vector{Ports(1, 1), Ports(65535, 65535), Ports(5432, 5432), Ports(80, 90),
                         Ports(1, 65535), Ports(7, 7)}));
  EXPECT_EQ(ReadRule("ports: [5432, 5432]").ports,
            (std::vector{Ports(5432, 5432), Ports(5432, 5432)}));
}

TEST(ServiceSection, RefusesPortsInEveryOtherForm) {
  const std::string at = "c.yaml:3:13: services[0].ports[0]: ";
  const std::string not_digits = " is not a whole number in decimal digits";
  const std::string not_a_port = " is not a port or a range such as 6432-6440";
  const std::string zero = " has a leading zero; write the decimal number without it";
  ExpectRefused({
      {Rule("ports: [70000]"), at + "70000 is not in 1..65535"},
      {Rule("ports: [0]"), at + "0 is not in 1..65535"},
      {Rule("ports: [-80]"), at + "-80 is not in 1..65535"},
      {Rule("ports: [99999999999999999999999]"), at + "99999999999999999999999 is not in 1..65535"},
      {Rule("ports: [0777]"), at + "0777" + zero},
      {Rule("ports: [010]"), at + "010" + zero},
      {Rule("ports: ['0080']"), at + "0080" + zero},
      {Rule("ports: [0x50]"), at + "0x50" + not_digits},
      {Rule("ports: [0o17]"), at + "0o17" + not_digits},
      {Rule("ports: [1e3]"), at + "1e3" + not_digits},
      {Rule("ports: [+5]"), at + "+5" + not_digits},
      {Rule("ports: [1_000]"), at + "1_000" + not_digits},
      {Rule("ports: [80.0]"), at + "80.0" + not_digits},
      {Rule("ports: [' 80']"), at + "\" 80\"" + not_a_port},
      {Rule("ports: ['80 ']"), at + "\"80 \"" + not_a_port},
      {Rule("ports: ['8000:8100']"), at + "8000:8100" + not_a_port},
      {Rule("ports: ['1-1024,8080']"), at + "\"1-1024,8080\"" + not_a_port},
      {Rule("ports: ['80,443']"), at + "\"80,443\"" + not_a_port},
      {Rule("ports: ['80 443']"), at + "\"80 443\"" + not_a_port},
      {Rule("ports: [80/tcp]"), at + "80/tcp" + not_a_port},
      {Rule("ports: ['80;443']"), at + "\"80;443\"" + not_a_port},
      {Rule("ports: [80..90]"), at + "80..90" + not_digits},
      {Rule("ports: ['80–90']"), at + "\"80\\xe2\\x80\\x9390\"" + not_a_port},
      {Rule("ports: ['>1024']"), at + ">1024" + not_a_port},
      {Rule("ports: [http]"), at + "http" + not_a_port},
      {Rule("ports: ['']"), at + "\"\"" + not_a_port},
      {Rule("ports: [true]"), at + "true" + not_a_port},
      {Rule("ports: [6440-6432]"), at + "6440-6432 ends before it begins"},
      {Rule("ports: [1-70000]"), at + "1-70000: 70000 is not in 1..65535"},
      {Rule("ports: [0-80]"), at + "0-80: 0 is not in 1..65535"},
      {Rule("ports: ['80 - 90']"), at + "\"80 - 90\"" + not_a_port},
      {Rule("ports: [80-090]"), at + "80-090: 090" + zero},
      {Rule("ports: [80-]"), at + "80-" + not_a_port},
      {Rule("ports: ['-']"), at + "-" + not_a_port},
      {Rule("ports: [80--90]"), at + "80--90" + not_a_port},
      {Rule("ports: [1-2-3]"), at + "1-2-3" + not_a_port},
      {Rule("ports: [~]"), at + "expected a port or a range such as 6432-6440, not null"},
      {Rule("ports: [[80]]"), at + "expected a port or a range such as 6432-6440, not a list"},
      {Rule("ports: [80: 90]"), at + "expected a port or a range such as 6432-6440, not a mapping"},
  });
}

TEST(ServiceSection, RefusesOwnersThatMatchNobody) {
  const std::string at = "c.yaml:3:12: services[0].owner: ";
  ExpectRefused({
      {Rule("owner: ''"), at + "an empty text matches nobody; leave the key out for any owner"},
      {Rule("owner: " + Repeat("a", 513)),
       at + Repeat("a", 60) + "... is 513 bytes long, at most 512 are allowed"},
      {Rule("owner: [a]"),
       at + "expected an owner such as nginx.service, * and ? allowed, not a list"},
  });
}

TEST(ServiceSection, RefusesListsThatAreNoneOrEmpty) {
  const std::string empty = "an empty list matches nothing; leave the key out to match everything";
  ExpectRefused({
      {Rule("ports: []"), "c.yaml:3:12: services[0].ports: " + empty},
      {Rule("local_networks: []"), "c.yaml:3:21: services[0].local_networks: " + empty},
      {Rule("remote_networks: []"), "c.yaml:3:22: services[0].remote_networks: " + empty},
      {Rule("ports: 80"),
       "c.yaml:3:12: services[0].ports: expected a list, each a port or a range such as "
       "6432-6440, not 80"},
      {Rule("ports:"),
       "c.yaml:3:5: services[0].ports: expected a list, each a port or a range such as "
       "6432-6440, not null"},
      {Rule("local_networks: 10.0.0.0/8"),
       "c.yaml:3:21: services[0].local_networks: expected a list, each a network such as "
       "10.0.0.0/8 or 2001:db8::/32, not 10.0.0.0/8"},
  });
}

TEST(ServiceSection, RefusesWhatIsNoNetwork) {
  const std::string at = "c.yaml:3:23: services[0].remote_networks[0]: ";
  const std::string not_network = " is not a network such as 10.0.0.0/8 or 2001:db8::/32";
  ExpectRefused({
      {Rule("remote_networks: [10.0.0.0]"),
       at + "10.0.0.0 has no prefix length; one address is 10.0.0.0/32"},
      {Rule("remote_networks: [10.0.0.0/33]"),
       at + "10.0.0.0/33: the prefix length is not in 0..32"},
      {Rule("remote_networks: [10.0.0.1/8]"),
       at + "10.0.0.1/8 has bits set behind its prefix; the network is 10.0.0.0/8"},
      {Rule("remote_networks: [example.org]"), at + "example.org" + not_network},
      {Rule("remote_networks: ['']"), at + "\"\"" + not_network},
      {Rule("remote_networks: [\"10.0.0.0\\n/8\"]"), at + "\"10.0.0.0\\n/8\"" + not_network},
      {Rule("remote_networks: [" + Repeat("1", 100) + "]"),
       at + Repeat("1", 60) + "..." + not_network},
      {Rule("remote_networks: [{}]"),
       at + "expected a network such as 10.0.0.0/8 or 2001:db8::/32, not a mapping"},
  });
}

TEST(ServiceSection, TakesNamesOfPrintableAscii) {
  const std::string longest = Repeat("n", 128);
  EXPECT_EQ(ExpectAccepted("services: [{name: " + longest + "}]").services[0].name, longest);
  EXPECT_EQ(ExpectAccepted("services: [{name: 'a \"b\" ~'}]").services[0].name, "a \"b\" ~");
  EXPECT_EQ(ExpectAccepted("services: [{name: 5432}]").services[0].name, "5432");
}

TEST(ServiceSection, RefusesOtherNames) {
  const std::string at = "c.yaml:1:19: services[0].name: ";
  ExpectRefused({
      {"services: [{name: ''}]", at + "the name is empty"},
      {"services: [{name: ' a'}]", at + "\" a\" begins or ends with a space"},
      {"services: [{name: 'a '}]", at + "\"a \" begins or ends with a space"},
      {"services: [{name: \"a\\tb\"}]",
       at + "\"a\\x09b\" holds a character that is not printable ASCII"},
      {"services: [{name: caf\xc3\xa9}]",
       at + "\"caf\\xc3\\xa9\" holds a character that is not printable ASCII"},
      {"services: [{name: \"\\x7f\"}]",
       at + "\"\\x7f\" holds a character that is not printable ASCII"},
      {"services: [{name: " + Repeat("n", 129) + "}]",
       at + Repeat("n", 60) + "... is 129 bytes long, at most 128 are allowed"},
      {"services: [{name: ~}]", at + "expected a name, not null"},
      {"services: [{name: [a]}]", at + "expected a name, not a list"},
      {"services:\n  - name: a\n  - ports: [1]\n", "c.yaml:3:5: services[1]: name is missing"},
      {"services: [{}]", "c.yaml:1:12: services[0]: name is missing"},
  });
}

TEST(ServiceSection, AMisspelledNameIsNoMissingOne) {
  ExpectRefused({
      {"services:\n  - ports: [80]\n    nmae: web\n",
       "c.yaml:3:5: services[0].nmae: unknown key (did you mean name?); known: name, protocol, "
       "direction, ports, "
       "local_networks, remote_networks, owner"},
      {"services:\n  - ports: [80]\n  - name: web\nname: web\n",
       "c.yaml:4:1: name: unknown key; known: source, collectors, services, services_database, "
       "services_fallback, limits, "
       "sampling, stuck_after, owners, namespaces, web"},
  });
}

TEST(ServiceSection, RefusesServicesThatAreNoListOfRules) {
  const std::string rule_keys =
      "name, protocol, direction, ports, local_networks, remote_networks, owner";
  ExpectRefused({
      {"# x\nservices:\nlimits: {}\n",
       "c.yaml:2:1: services: expected a list of rules, or [] for none, not null"},
      {"services:\n#  - name: a\n",
       "c.yaml:1:1: services: expected a list of rules, or [] for none, not null"},
      {"services: null",
       "c.yaml:1:11: services: expected a list of rules, or [] for none, not null"},
      {"services: {name: a}",
       "c.yaml:1:11: services: expected a list of rules, or [] for none, not a mapping"},
      {"services: [web]",
       "c.yaml:1:12: services[0]: expected a mapping of " + rule_keys + ", not web"},
      {"services:\n  - name: a\n  -\n",
       "c.yaml:2:3: services[1]: expected a mapping of " + rule_keys + ", not null"},
  });
}

TEST(ServiceSection, BoundsTheRulesAndTheirEntries) {
  EXPECT_EQ(ExpectAccepted("services: [" + Repeat("{name: a},", 1000) + "]").services.size(),
            1000U);
  EXPECT_EQ(ReadRule("ports: [" + Repeat("1,", 1000) + "]").ports.size(), 1000U);
  ExpectRefused({
      {"services: [" + Repeat("{name: a},", 1001) + "]",
       "c.yaml:1:11: services: 1001 entries, at most 1000 are allowed"},
      {Rule("ports: [" + Repeat("1,", 1001) + "]"),
       "c.yaml:3:12: services[0].ports: 1001 entries, at most 1000 are allowed"},
      {Rule("local_networks: [" + Repeat("10.0.0.0/8,", 1001) + "]"),
       "c.yaml:3:21: services[0].local_networks: 1001 entries, at most 1000 are allowed"},
      {Rule("remote_networks: [" + Repeat("10.0.0.0/8,", 1001) + "]"),
       "c.yaml:3:22: services[0].remote_networks: 1001 entries, at most 1000 are allowed"},
      {"services: [" +
           Repeat("{name: a, remote_networks: [" + Repeat("10.0.0.0/8,", 1000) + "]},", 11) + "]",
       "c.yaml:1:11: services: 11000 networks in all rules together, at most 10000 are allowed"},
  });
}

}  // namespace
}  // namespace sockdiag
