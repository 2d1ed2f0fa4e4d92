// Routes and neighbours as ip-route(8) and ip-neighbour(8) list them.

#include "collectors/rtnetlink/routes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <optional>
#include <sstream>
#include <string>

#include "base/clock.h"
#include "collectors/rtnetlink/neighbour_counts.h"
#include "collectors/rtnetlink/route_counts.h"
#include "tests/kernel/rtnetlink.h"
#include "tests/kernel/system.h"
#include "tests/support/figures.h"

namespace sockdiag::kernel {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::NonZero;

constexpr std::size_t kLimit = 200'000;

class Routes : public RtnetlinkTest {
 protected:
  static RoutesCollector MakeCollector(const Clock& clock, std::size_t limit = kLimit) {
    return RoutesCollector({.open_netlink = OpenNetlink(), .limit = limit, .clock = clock});
  }

  static Findings CollectWith(RoutesCollector& collector) {
    Findings findings;
    const Result<void> collected = collector.Collect(findings);
    EXPECT_TRUE(collected) << collected.error().message;
    return findings;
  }

  static Findings Collect(std::size_t limit = kLimit) {
    const SystemClock clock;
    RoutesCollector collector = MakeCollector(clock, limit);
    return CollectWith(collector);
  }

  static Figures RouteFigures() { return FiguresOf(Collect().samples, RouteCounts::kRoutes); }
};

/// The word behind another one.
std::string WordAfter(const std::string& line, const std::string& key) {
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    if (word == key && words >> word) return word;
  }
  return "";
}

/// What `ip route` says of both families: `ipv4 main kernel unicast`.
Figures RoutesOfIp() {
  Figures figures;
  for (const std::string family : {"4", "6"}) {
    std::istringstream listing(
        RunTool({"ip", "-" + family, "-d", "route", "show", "table", "all"}));
    for (std::string line; std::getline(listing, line);) {
      if (std::isspace(static_cast<unsigned char>(line.front())) != 0) continue;  // a next hop
      const std::string type = line.substr(0, line.find(' '));
      ++figures["ipv" + family + " " + WordAfter(line, "table") + " " + WordAfter(line, "proto") +
                " " + type];
    }
  }
  return figures;
}

/// The same of neighbours: `ipv4 stale`.
Figures NeighboursOfIp() {
  Figures figures;
  for (const std::string family : {"4", "6"}) {
    std::istringstream listing(RunTool({"ip", "-" + family, "neigh", "show", "nud", "all"}));
    for (std::string line; std::getline(listing, line);) {
      std::istringstream words(line);
      std::string state;
      while (words >> state) {
      }
      std::transform(state.begin(), state.end(), state.begin(),
                     [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
      ++figures["ipv" + family + " " + state];
    }
  }
  return figures;
}

TEST_F(Routes, OfEveryTableProtocolAndTypeAreWhatIpRouteLists) {
  IpBatch(
      "route add default via 10.9.0.2\n"
      "route add 10.10.0.0/16 via 10.9.0.2 proto static\n"
      "route add 10.11.0.0/16 proto bird nexthop via 10.9.0.2 nexthop via 10.9.0.3\n"
      "route add blackhole 10.12.0.0/16 proto bgp\n"
      "route add unreachable 10.13.0.0/16 proto 77\n"
      "route add prohibit 10.14.0.0/16 table 100\n"
      "route add throw 10.15.0.0/16 table 70000\n"
      "route add 10.16.0.0/16 via 10.9.0.2 table default\n"
      "route add 10.17.0.0/16 via 10.9.0.2 table 252\n");
  IpBatch(
      "route add default via fd00:9::2 proto ra\n"
      "route add 2001:db8:1::/48 via fd00:9::2 proto dhcp\n"
      "route add 2001:db8:2::/48 nexthop via fd00:9::2 nexthop via fd00:9::3\n"
      "route add blackhole 2001:db8:3::/48 table 100\n"
      "route add unreachable 2001:db8:4::/48 table 70000 proto zebra\n",
      "-6");
  // The kernel adds routes of its own when it has looked whether an address is taken.
  EXPECT_TRUE(WaitUntil([] { return RouteFigures() == RoutesOfIp(); }));
  const Figures shown = RouteFigures();
  for (const char* one :
       {"ipv4 main boot unicast", "ipv4 main static unicast", "ipv4 main bird unicast",
        "ipv4 main bgp blackhole", "ipv4 main 77 unreachable", "ipv4 100 boot prohibit",
        "ipv4 70000 boot throw", "ipv4 default boot unicast", "ipv4 252 boot unicast",
        "ipv6 main ra unicast", "ipv6 main dhcp unicast", "ipv6 main boot unicast",
        "ipv6 100 boot blackhole", "ipv6 70000 zebra unreachable"}) {
    EXPECT_EQ(shown.contains(one) ? shown.at(one) : 0, 1) << one;
  }
}

TEST_F(Routes, ADefaultRouteComesAndGoesInEachFamily) {
  const SystemClock clock;
  RoutesCollector collector = MakeCollector(clock);
  const auto defaults = [&] {
    return FiguresOf(CollectWith(collector).samples, "sockdiag_default_route");
  };
  EXPECT_EQ(defaults(), (Figures{{"ipv4", 0}, {"ipv6", 0}}));
  Ip("route add default via 10.9.0.2");
  EXPECT_EQ(defaults(), (Figures{{"ipv4", 1}, {"ipv6", 0}}));
  Ip("route add 0.0.0.0/1 via 10.9.0.3");
  Ip("-6 route add default via fd00:9::2");
  EXPECT_EQ(defaults(), (Figures{{"ipv4", 1}, {"ipv6", 1}}));
  Ip("route del default");
  EXPECT_EQ(defaults(), (Figures{{"ipv4", 0}, {"ipv6", 1}}));
  Ip("-6 route del default");
  EXPECT_EQ(defaults(), (Figures{{"ipv4", 0}, {"ipv6", 0}}));
  Ip("route add unreachable default");
  Ip("-6 route add default via fd00:9::2 table 100");
  EXPECT_EQ(defaults(), (Figures{{"ipv4", 0}, {"ipv6", 0}}));
}

TEST_F(Routes, ADefaultRouteGoesWithItsDevice) {
  Ip("route add default via 10.9.0.2");
  Ip("-6 route add default via fd00:9::2");
  Ip("link set down dev v0");
  EXPECT_EQ(FiguresOf(Collect().samples, "sockdiag_default_route"),
            (Figures{{"ipv4", 0}, {"ipv6", 0}}));
}

// As the kernel has it unless net.ipv4.conf.*.ignore_routes_with_linkdown says otherwise.
TEST_F(Routes, ADefaultRouteStaysWhenTheCarrierIsLost) {
  Ip("route add default via 10.9.0.2");
  Ip("-6 route add default via fd00:9::2");
  Ip("link set down dev v1");
  ASSERT_TRUE(
      WaitUntil([] { return Ip("route show default").find("linkdown") != std::string::npos; }));
  EXPECT_EQ(FiguresOf(Collect().samples, "sockdiag_default_route"),
            (Figures{{"ipv4", 1}, {"ipv6", 1}}));
}

TEST_F(Routes, TheIpv6DefaultRouteIsKnownOfATableBeyondTheLimit) {
  std::string commands;
  for (int i = 0; i < 300; ++i) {
    commands += "route add 2001:db8:" + std::to_string(i) + "::/48 via fd00:9::2 proto bgp\n";
  }
  IpBatch(commands, "-6");
  const SystemClock clock;
  RoutesCollector collector = MakeCollector(clock, /*limit=*/299);
  const auto shown = [&]() -> std::optional<double> {
    const Figures defaults = FiguresOf(CollectWith(collector).samples, "sockdiag_default_route");
    const auto found = defaults.find("ipv6");
    return found == defaults.end() ? std::nullopt : std::optional<double>(found->second);
  };
  EXPECT_EQ(shown(), 0);
  Ip("-6 route add default via fd00:9::2 proto ra");
  EXPECT_EQ(shown(), 1);
  Ip("-6 rule add from all lookup main suppress_prefixlength 0 pref 100");
  EXPECT_EQ(shown(), 1);
  Ip("-6 route del default");
  EXPECT_EQ(shown(), 0);
  Ip("-6 rule add from 2001:db8::1 lookup 100 pref 101");
  Ip("-6 route add default via fd00:9::2 table 100");
  EXPECT_EQ(shown(), 0) << "not for us";
  Ip("-6 rule add from all lookup 100 pref 102");
  EXPECT_EQ(shown(), std::nullopt) << "the other table's";
  Ip("-6 rule del pref 102");
  Ip("-6 rule add unreachable pref 103");
  EXPECT_EQ(shown(), std::nullopt) << "nobody asked the main table";
}

TEST_F(Routes, AHundredThousandAreCountedOrLeftOut) {
  std::string commands;
  for (int i = 0; i < 100'000; ++i) {
    commands += "route add 11." + std::to_string(i / 65536 * 8 + i / 8192 % 8) + "." +
                std::to_string(i / 32 % 256) + "." + std::to_string(i % 32 * 8) +
                "/29 via 10.9.0.2 proto bgp\n";
  }
  IpBatch(commands);
  EXPECT_EQ(RouteFigures().at("ipv4 main bgp unicast"), 100'000);
  const Findings left_out = Collect(/*limit=*/99'999);
  EXPECT_EQ(left_out.lack,
            "more than 99999 ipv4 routes (limits.routes): all tables but local are left out");
  const Figures shown = FiguresOf(left_out.samples, RouteCounts::kRoutes);
  EXPECT_GT(shown.at("ipv4 local kernel local"), 0);
  EXPECT_TRUE(std::none_of(shown.begin(), shown.end(),
                           [](const auto& one) { return one.first.starts_with("ipv4 main"); }));
  EXPECT_EQ(FiguresOf(left_out.samples, "sockdiag_default_route"),
            (Figures{{"ipv4", 0}, {"ipv6", 0}}));
}

TEST_F(Routes, NeighboursAreInTheStatesThatIpNeighbourShows) {
  std::string commands;
  int last = 2;
  for (const char* state : {"permanent", "noarp", "reachable", "stale", "delay"}) {
    const std::string rest = std::string(" lladdr 02:00:00:00:00:02 dev v0 nud ") + state + "\n";
    commands += "neigh add 10.9.0." + std::to_string(last) + rest;
    commands += "neigh add fd00:9::" + std::to_string(last++) + rest;
  }
  IpBatch(commands + "neigh add 10.9.1.1 lladdr 02:00:00:00:00:02 dev v0 nud permanent\n");
  // Some of them go on to another state by and by.
  EXPECT_TRUE(WaitUntil([] {
    const Figures before = NeighboursOfIp();
    const Figures shown = FiguresOf(Collect().samples, NeighbourCounts::kNeighbours);
    return NonZero(shown) == before && shown.at("ipv4 permanent") == 2 &&
           shown.at("ipv6 permanent") == 1 && shown.at("ipv4 stale") == 1 &&
           shown.at("ipv6 stale") == 1;
  }));
}

TEST_F(Routes, ANeighbourThatWasNotFoundHasFailed) {
  Ip("neigh add 10.9.0.9 dev v0 nud failed");
  EXPECT_EQ(FiguresOf(Collect().samples, NeighbourCounts::kNeighbours).at("ipv4 failed"), 1);
}

/// Of the IPv4 table, as ip-ntable(8) has it.
double OverflowsOfIp() {
  const std::string listing = RunTool({"ip", "-s", "ntable", "show", "name", "arp_cache"});
  const std::string number = WordAfter(listing, "table_fulls");
  return number.empty() ? -1 : std::stod(number);
}

// The table is the whole host's: while it is full, nobody there finds a new neighbour.
TEST_F(Routes, ANeighbourTableThatOverflowsIsCounted) {
  if (std::getenv("SOCKDIAG_OWN_MACHINE") == nullptr) {
    GTEST_SKIP() << "only where SOCKDIAG_OWN_MACHINE says that nobody else is on this machine";
  }
  const auto overflows = [] {
    return FiguresOf(Collect().samples, NeighbourTables::kOverflows).at("ipv4");
  };
  const double before = overflows();
  std::string commands;
  for (int i = 0; i < 2000; ++i) {
    commands += "neigh add 10.9." + std::to_string(i / 200 + 1) + "." + std::to_string(i % 200) +
                " lladdr 02:00:00:00:00:02 dev v0 nud reachable\n";
  }
  EXPECT_THROW(IpBatch(commands), std::exception) << "it stops at the first one that is refused";
  Ip("link del v0");
  const double after = overflows();
  EXPECT_GT(after, before);
  EXPECT_EQ(after, OverflowsOfIp());
}

}  // namespace
}  // namespace sockdiag::kernel
