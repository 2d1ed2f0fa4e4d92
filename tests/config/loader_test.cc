#include "config/loader.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "collectors/registry.h"
#include "tests/config/refusals.h"

namespace sockdiag {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kFullExample = R"(
collectors:
  tcp: { enabled: true }
  udp: { enabled: false }
  drops: { enabled: false }
  kernel_limits: { enabled: true }
  protocols: { raw: true }
  interfaces: { enabled: true }
  routes: { enabled: false }
  unix: { paths: ["/run/*.sock", "@web"] }

services:                         # ordered; the first match names the socket
  - name: postgres-primary        # -> service_name
    protocol: tcp                 # tcp (default) or udp
    direction: outbound           # inbound, outbound or any (default)
    ports: [5432, "6432-6440"]
    local_networks: [10.0.0.0/8]  # optional CIDRs
    remote_networks: [10.1.2.0/24, "2001:db8::/32"]
    owner: "shop/cart-*"

source: proc
services_database: /usr/share/services
services_fallback: other

limits:
  services: 101
  ports: 102
  owners: 103
  interfaces: 104
  routes: 105
  retention: 16m

sampling:
  interval: 6s
  cpu_budget: 0.03
  peak_window: 2m
  watched_states: [closing, syn_sent]
  max_tracked_sockets: 200001

stuck_after:
  syn_sent: 1s
  syn_recv: 2s
  fin_wait1: 3s
  fin_wait2: 4s
  close_wait: 5s
  last_ack: 6s
  closing: 7s

owners:
  enabled: false

namespaces:
  enabled: true
  cpu_budget: 0.06

web:
  unauthenticated_health: true
)";

PortRange Ports(std::uint16_t first, std::uint16_t last) {
  return {Port::FromHost(first), Port::FromHost(last)};
}

/// "tcp, udp, ...", as messages list the known ones.
std::string Collectors() {
  std::string names;
  for (const CollectorEntry& entry : AllCollectors()) {
    if (entry.has_own_section) continue;
    names += (names.empty() ? "" : ", ") + std::string(entry.name);
  }
  return names;
}

TEST(Loader, ReadsEveryKeyOfAFullConfiguration) {
  Config expected;
  expected.collectors.Set("udp", false);
  expected.collectors.Set("drops", false);
  expected.collectors.Set("interfaces", true);
  expected.collectors.Set("routes", false);
  expected.collector_options.raw_protocol_counters = true;
  expected.collector_options.interfaces_limit = 104;
  expected.collector_options.routes_limit = 105;
  expected.collector_options.unix_paths = {"/run/*.sock", "@web"};
  expected.services = {
      {.name = "postgres-primary",
       .protocol = Protocol::kTcp,
       .direction = Direction::kOutbound,
       .ports = {Ports(5432, 5432), Ports(6432, 6440)},
       .local_networks = {*Cidr::Parse("10.0.0.0/8")},
       .remote_networks = {*Cidr::Parse("10.1.2.0/24"), *Cidr::Parse("2001:db8::/32")},
       .owner = "shop/cart-*"}};
  expected.services_database = "/usr/share/services";
  expected.services_fallback = ServicesFallback::kOther;
  expected.source = SourceChoice::kProc;
  expected.limits = {.services = 101, .ports = 102, .owners = 103, .retention = minutes(16)};
  expected.sampling = {.interval = seconds(6),
                       .cpu_budget = 0.03,
                       .peak_window = minutes(2),
                       .watched_states = {SocketState::kClosing, SocketState::kSynSent},
                       .max_tracked_sockets = 200'001};
  seconds stuck_after(0);
  for (const WatchableState& watchable : kWatchableStates) {
    expected.stuck_after[Index(watchable.state)] = ++stuck_after;
  }
  expected.owners.enabled = false;
  expected.collectors.Set("namespaces", true);
  expected.namespaces = {.cpu_budget = 0.06};
  expected.web.unauthenticated_health = true;
  EXPECT_EQ(ExpectAccepted(kFullExample), expected);
}

TEST(Loader, TakesTheDefaultsWhereNothingIsSaid) {
  for (const char* yaml : {"", "\n\n", "# only a comment", "# two\n# lines\n", "---\n", "{}",
                           "collectors: {}\nlimits: {}\nservices: []\n", "\xef\xbb\xbf"}) {
    EXPECT_EQ(ExpectAccepted(yaml), Config{}) << yaml;
  }
}

TEST(Loader, KeepsTheOtherDefaultsOfASectionThatNamesOneKey) {
  Config expected;
  expected.limits.ports = 7;
  expected.collectors.Set("udp", false);
  EXPECT_EQ(ExpectAccepted("limits: {ports: 7}\ncollectors: {udp: {enabled: false}}\n"), expected);
}

TEST(Loader, AcceptsWindowsLineEnds) {
  EXPECT_EQ(ExpectAccepted("limits:\r\n  ports: 7\r\n").limits.ports, 7U);
}

TEST(Loader, RefusesATopLevelThatIsNotAMapping) {
  const std::string expected =
      "expected a mapping of source, collectors, services, services_database, services_fallback, "
      "limits, "
      "sampling, stuck_after, owners, namespaces, web, not ";
  ExpectRefused({
      {"[]", "c.yaml:1:1: " + expected + "a list"},
      {"\n  text", "c.yaml:2:3: " + expected + "text"},
      {"limits", "c.yaml:1:1: " + expected + "limits"},
      {"\"\"", "c.yaml:1:1: " + expected + "the text \"\""},
  });
}

TEST(Loader, RefusesPathsOfUnixSocketsThatNoneCanHave) {
  ExpectRefused({
      {"collectors: {unix: {paths: [\"\"]}}",
       "c.yaml:1:29: collectors.unix.paths[0]: an empty text is no path"},
      {"collectors: {unix: {paths: [\"a\\0b\"]}}",
       "c.yaml:1:29: collectors.unix.paths[0]: a path has no NUL in it"},
  });
}

TEST(Loader, RefusesUnknownKeysAndNamesTheKnownOnes) {
  const std::string root_keys =
      "source, collectors, services, services_database, services_fallback, limits, sampling, "
      "stuck_after, owners, namespaces, web";
  const std::string state_keys =
      "syn_sent, syn_recv, fin_wait1, fin_wait2, close_wait, last_ack, closing";
  ExpectRefused({
      {"limit: {}", "c.yaml:1:1: limit: unknown key (did you mean limits?); known: " + root_keys},
      {"\nzebra: 1", "c.yaml:2:1: zebra: unknown key; known: " + root_keys},
      {"collectors: {tcp4: {}}",
       "c.yaml:1:14: collectors.tcp4: unknown key (did you mean tcp?); known: " + Collectors()},
      {"collectors:\n  udp:\n    enable: true",
       "c.yaml:3:5: collectors.udp.enable: unknown key (did you mean enabled?); known: enabled"},
      {"limits:\n  Ports: 1",
       "c.yaml:2:3: limits.Ports: unknown key (did you mean ports?); known: services, ports, "
       "owners, retention, interfaces, routes"},
      {"sampling: {intervall: 1s}",
       "c.yaml:1:12: sampling.intervall: unknown key (did you mean interval?); known: interval, "
       "cpu_budget, peak_window, watched_states, max_tracked_sockets"},
      {"stuck_after: {established: 1s}",
       "c.yaml:1:15: stuck_after.established: unknown key; known: " + state_keys},
      {"services:\n  - name: a\n    port: 1",
       "c.yaml:3:5: services[0].port: unknown key (did you mean ports?); known: name, protocol, "
       "direction, ports, local_networks, remote_networks, owner"},
      {"limits:\n  <<: {ports: 1}",
       "c.yaml:2:3: limits.<<: unknown key; known: services, ports, owners, retention, interfaces, "
       "routes"},
      {"limits: {\"a\\nb c\": 1}",
       "c.yaml:1:10: limits.\"a\\nb c\": unknown key; known: services, ports, owners, retention, "
       "interfaces, routes"},
      {"limits: {ports}x: 1}",
       "c.yaml:1:16: invalid YAML: end of map not found; check "
       "indentation, brackets and quotes"},
  });
}

TEST(Loader, RefusesDuplicateKeysAtEveryLevel) {
  ExpectRefused({
      {"limits: {}\n# x\nlimits: {}\n", "c.yaml:3:1: limits: duplicate key, first on line 1"},
      {"limits: {}\n\"limits\": {}\n", "c.yaml:2:1: limits: duplicate key, first on line 1"},
      {"limits: {ports: 1, 'ports': 1}",
       "c.yaml:1:20: limits.ports: duplicate key, first on line 1"},
      {"collectors: {tcp: {}, tcp: {}}",
       "c.yaml:1:23: collectors.tcp: duplicate key, first on line 1"},
      {"collectors:\n  tcp:\n    enabled: true\n    enabled: true\n",
       "c.yaml:4:5: collectors.tcp.enabled: duplicate key, first on line 3"},
      {"sampling: {interval: 1s, interval: 1s}",
       "c.yaml:1:26: sampling.interval: duplicate key, first on line 1"},
      {"stuck_after: {closing: 1s, closing: 1s}",
       "c.yaml:1:28: stuck_after.closing: duplicate key, first on line 1"},
      {"services:\n  - name: a\n    name: b\n",
       "c.yaml:3:5: services[0].name: duplicate key, first on line 2"},
      {"a: 1\na: 2\n",
       "c.yaml:1:1: a: unknown key; known: source, collectors, services, services_database, "
       "services_fallback, limits, sampling, stuck_after, owners, namespaces, web"},
  });
}

TEST(Loader, RefusesSectionsOfTheWrongType) {
  ExpectRefused({
      {"collectors:\n",
       "c.yaml:1:1: collectors: expected a mapping of " + Collectors() + ", not null"},
      {"collectors: ~",
       "c.yaml:1:13: collectors: expected a mapping of " + Collectors() + ", not null"},
      {"collectors: {tcp: true}",
       "c.yaml:1:19: collectors.tcp: expected a mapping of enabled, not true"},
      {"collectors:\n  tcp:\n  udp: {}\n",
       "c.yaml:2:3: collectors.tcp: expected a mapping of enabled, not null"},
      {"limits: []",
       "c.yaml:1:9: limits: expected a mapping of services, ports, owners, retention, interfaces, "
       "routes, not "
       "a list"},
      {"limits: 5",
       "c.yaml:1:9: limits: expected a mapping of services, ports, owners, retention, interfaces, "
       "routes, not "
       "5"},
      {"sampling: ''",
       "c.yaml:1:11: sampling: expected a mapping of interval, cpu_budget, peak_window, "
       "watched_states, max_tracked_sockets, not the text \"\""},
  });
}

TEST(Loader, RefusesOtherSpellingsOfBooleans) {
  const std::string at = "c.yaml:1:29: collectors.tcp.enabled: ";
  ExpectRefused({
      {"collectors: {tcp: {enabled: yes}}", at + "yes is not true or false"},
      {"collectors: {tcp: {enabled: on}}", at + "on is not true or false"},
      {"collectors: {tcp: {enabled: True}}", at + "True is not true or false"},
      {"collectors: {tcp: {enabled: 1}}", at + "1 is not true or false"},
      {"collectors: {tcp: {enabled: 'true'}}",
       at + "expected true or false, not the text \"true\""},
      {"collectors: {tcp: {enabled: null}}", at + "expected true or false, not null"},
      {"collectors: {tcp: {enabled: [true]}}", at + "expected true or false, not a list"},
  });
}

TEST(Loader, RefusesLimitsOutOfRange) {
  ExpectRefused({
      {"limits: {services: 10001}", "c.yaml:1:20: limits.services: 10001 is not in 0..10000"},
      {"limits: {services: -1}", "c.yaml:1:20: limits.services: -1 is not in 0..10000"},
      {"limits: {ports: 65536}", "c.yaml:1:17: limits.ports: 65536 is not in 0..65535"},
      {"limits: {ports: 18446744073709551616}",
       "c.yaml:1:17: limits.ports: 18446744073709551616 is not in 0..65535"},
      {"limits: {ports: '5'}",
       "c.yaml:1:17: limits.ports: expected a whole number, not the text \"5\""},
      {"limits: {ports: }", "c.yaml:1:10: limits.ports: expected a whole number, not null"},
      {"limits: {ports: {}}", "c.yaml:1:17: limits.ports: expected a whole number, not a mapping"},
      {"limits: {retention: 366d}", "c.yaml:1:21: limits.retention: 366d is not in 0s..365d"},
      {"limits: {retention: 15}", "c.yaml:1:21: limits.retention: 15 has no unit; write 15s"},
  });
}

TEST(Loader, AcceptsTheEndsOfEachLimit) {
  EXPECT_EQ(ExpectAccepted("limits: {services: 0, ports: 0, retention: 0s}").limits,
            (Limits{.services = 0, .ports = 0, .retention = seconds(0)}));
  EXPECT_EQ(ExpectAccepted("limits: {services: 10000, ports: 65535, retention: 365d}").limits,
            (Limits{.services = 10'000, .ports = 65'535, .retention = hours(365 * 24)}));
}

TEST(Loader, TakesTheServicesDatabaseOrTurnsItOff) {
  EXPECT_EQ(ExpectAccepted("services_database: null").services_database, std::nullopt);
  EXPECT_EQ(ExpectAccepted("services_database: ~").services_database, std::nullopt);
  EXPECT_EQ(ExpectAccepted("services_database: '/a b'").services_database, "/a b");
}

TEST(Loader, RefusesAServicesDatabaseThatIsNoAbsolutePath) {
  const std::string at = "c.yaml:1:20: services_database: ";
  ExpectRefused({
      {"services_database: ''", at + "the path is empty; write null to turn it off"},
      {"services_database: etc/services", at + "etc/services is not an absolute path"},
      {"services_database: 'null'", at + "null is not an absolute path"},
      {"services_database: \"/a\\0b\"", at + "\"/a\\x00b\" holds a control character"},
      {"services_database: [/a]",
       at + "expected an absolute path, or null to turn it off, not a list"},
  });
}

TEST(Loader, TakesWhereSocketsComeFrom) {
  EXPECT_EQ(Config().source, SourceChoice::kAuto);
  EXPECT_EQ(ExpectAccepted("source: auto").source, SourceChoice::kAuto);
  EXPECT_EQ(ExpectAccepted("source: netlink").source, SourceChoice::kNetlink);
  EXPECT_EQ(ExpectAccepted("source: proc").source, SourceChoice::kProc);
}

TEST(Loader, RefusesAnotherSource) {
  const std::string at = "c.yaml:1:9: source: ";
  ExpectRefused({
      {"source: ebpf", at + "ebpf is not one of auto, netlink, proc"},
      {"source: Netlink", at + "Netlink is not one of auto, netlink, proc"},
      {"source: null", at + "expected one of auto, netlink, proc, not null"},
      {"source: [proc]", at + "expected one of auto, netlink, proc, not a list"},
  });
}

TEST(Loader, TakesTheNameOfWhatNothingNames) {
  EXPECT_EQ(Config().services_fallback, ServicesFallback::kNumber);
  EXPECT_EQ(ExpectAccepted("services_fallback: number").services_fallback,
            ServicesFallback::kNumber);
  EXPECT_EQ(ExpectAccepted("services_fallback: other").services_fallback, ServicesFallback::kOther);
}

TEST(Loader, RefusesAnotherFallback) {
  const std::string at = "c.yaml:1:20: services_fallback: ";
  ExpectRefused({
      {"services_fallback: port", at + "port is not one of number, other"},
      {"services_fallback: 'Number'", at + "Number is not one of number, other"},
      {"services_fallback: null", at + "expected one of number, other, not null"},
      {"services_fallback: [other]", at + "expected one of number, other, not a list"},
      {"services_fallback: other\nservices_fallback: other\n",
       "c.yaml:2:1: services_fallback: duplicate key, first on line 1"},
      {"service_fallback: other",
       "c.yaml:1:1: service_fallback: unknown key (did you mean services_fallback?); known: "
       "source, collectors, services, services_database, services_fallback, limits, sampling, "
       "stuck_after, owners, namespaces, web"},
  });
}

TEST(Loader, ReportsAnUnknownKeyElseTheErrorThatComesFirstInTheFile) {
  ExpectRefused({
      {"stuck_after: {closing: 0s}\nlimits: {ports: x}\n",
       "c.yaml:1:24: stuck_after.closing: 0s is not in 1ms..1d"},
      {"limits: {retention: x, what: 1, ports: y}\n",
       "c.yaml:1:24: limits.what: unknown key; known: services, ports, owners, retention, "
       "interfaces, routes"},
      {"limits: {retention: x, ports: y}\n",
       "c.yaml:1:21: limits.retention: x is not a duration such as 500ms, 15s or 1h30m (units d, "
       "h, m, s, ms, the largest first)"},
  });
}

TEST(Loader, FollowsAliases) {
  const Config config = ExpectAccepted(
      "limits: {retention: &age 7s}\nstuck_after: {closing: *age}\n"
      "collectors: {tcp: &off {enabled: false}, udp: *off}\n");
  EXPECT_EQ(config.stuck_after[Index(SocketState::kClosing)], seconds(7));
  EXPECT_EQ(config.limits.retention, seconds(7));
  EXPECT_FALSE(config.collectors.IsEnabled("tcp"));
  EXPECT_FALSE(config.collectors.IsEnabled("udp"));
}

TEST(FindDoubts, DoubtsRulesForOwnersThatAreNotLookedFor) {
  const std::string rules = "services: [{name: a, owner: a.service}, {name: b}]\n";
  EXPECT_TRUE(FindDoubts(ExpectAccepted(rules)).empty());
  EXPECT_EQ(
      FindDoubts(ExpectAccepted(rules + "owners: {enabled: false}")),
      std::vector<std::string>{"services: 1 of the rules name an owner, and owners.enabled is "
                               "false: they match nothing"});
}

TEST(FindDoubts, DoubtsRulesForOwnersThatProcDoesNotTell) {
  const std::string rules = "services: [{name: a, owner: b}]\nsource: proc\n";
  EXPECT_EQ(
      FindDoubts(ExpectAccepted(rules)),
      std::vector<std::string>{"services: 1 of the rules name an owner, and source: proc tells "
                               "none: they match nothing"});
  EXPECT_TRUE(FindDoubts(ExpectAccepted(rules + "namespaces: {enabled: true}")).empty());
}

TEST(FindDoubts, DoubtsRulesForWhatIsNotCollected) {
  const std::string rules = "services: [{name: web}, {name: dns, protocol: udp}]\n";
  EXPECT_TRUE(FindDoubts(ExpectAccepted(rules)).empty());
  EXPECT_EQ(FindDoubts(ExpectAccepted(rules + "collectors: {udp: {enabled: false}}")),
            std::vector<std::string>{"services: 1 of the rules name udp sockets, which "
                                     "collectors.udp or --no-collector.udp turns off"});
}

TEST(FindDoubts, DoubtsMoreNamesThanThereArePlaces) {
  const std::string rules = "services: [{name: a, ports: [1]}, {name: b, ports: [2]}";
  const auto doubts = [&](const std::string& more, const std::string& places) {
    return FindDoubts(ExpectAccepted(rules + more + "]\nlimits: {services: " + places + "}\n"));
  };
  EXPECT_EQ(doubts("", "1"), std::vector<std::string>{
                                 "limits.services: the rules give 2 names, and there are places "
                                 "for 1: the last ones count under other"});
  EXPECT_TRUE(doubts("", "2").empty());
  EXPECT_TRUE(doubts(", {name: a, ports: [3]}", "2").empty()) << "a name has one place";
}

TEST(FindDoubts, DoubtsNamesOfPortsThatAreNotTheRules) {
  const auto doubts = [](const std::string& rule, const std::string& more = "") {
    return FindDoubts(ExpectAccepted("services: [{" + rule + "}]\n" + more));
  };
  const std::vector<std::string> doubt{
      "services[0] (8080) has the name of port 8080 where nothing names that: nothing will tell "
      "the two apart"};
  EXPECT_EQ(doubts("name: 8080"), doubt);
  EXPECT_EQ(doubts("name: 8080, ports: [8080, 8081]"), doubt);
  EXPECT_TRUE(doubts("name: 8080, ports: [8080]").empty());
  EXPECT_TRUE(doubts("name: '08080', ports: [80]").empty()) << "no port is written so";
  EXPECT_TRUE(doubts("name: 8080", "services_fallback: other\n").empty());
}

TEST(Loader, KeepsEveryMessageOnOneLine) {
  for (const char* yaml :
       {"\"a\\nb\": 1", "limits: {ports: \"1\\n2\"}", "limits: {ports: \"\\x1b[2J\"}",
        "services: [{name: \"a\\nb\"}]", "services: [{name: a, ports: [\"1\\n\"]}]",
        "services: [{name: a, local_networks: [\"10.0.0.0\\n/8\"]}]",
        "services: [{name: a, protocol: \"\\n\"}]", "a: !<\xc2\x85> 1", "a: \"\\\x1f\""}) {
    const Result<Config> config = ParseConfig(yaml, "c.yaml");
    ASSERT_FALSE(config.has_value()) << yaml;
    for (const char c : config.error().message) EXPECT_GE(c, ' ') << config.error().message;
  }
}

}  // namespace
}  // namespace sockdiag
