#include "collectors/rtnetlink/routes.h"

#include <gtest/gtest.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string>

#include "collectors/rtnetlink/neighbour_counts.h"
#include "collectors/rtnetlink/route_counts.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_rtnetlink.h"
#include "tests/support/figures.h"

namespace sockdiag {
namespace {

using testing::Attribute;
using testing::Bytes;
using testing::BytesOf;
using testing::FakeClock;
using testing::FakeRtnetlink;
using testing::Figures;
using testing::FiguresOf;
using testing::Join;
using testing::LyingAttribute;
using testing::NonZero;

struct Route {
  std::uint8_t family = AF_INET;
  std::uint32_t table = RT_TABLE_MAIN;
  std::uint8_t protocol = RTPROT_KERNEL;
  std::uint8_t type = RTN_UNICAST;
  std::uint8_t prefix_length = 24;
  std::uint32_t flags = 0;
  /// The first byte of the destination; none is a route to everywhere.
  std::optional<std::uint8_t> destination = 10;
  std::uint8_t type_of_service = 0;
  std::uint8_t source_length = 0;
};

Bytes RouteHeader(const Route& route) {
  rtmsg header{};
  header.rtm_family = route.family;
  header.rtm_dst_len = route.destination ? route.prefix_length : std::uint8_t{0};
  header.rtm_table =
      route.table < 256 ? static_cast<std::uint8_t>(route.table) : std::uint8_t{RT_TABLE_COMPAT};
  header.rtm_protocol = route.protocol;
  header.rtm_type = route.type;
  header.rtm_flags = route.flags;
  header.rtm_tos = route.type_of_service;
  header.rtm_src_len = route.source_length;
  return BytesOf(header);
}

Bytes Make(const Route& route) {
  Bytes bytes = Join(RouteHeader(route), Attribute(RTA_TABLE, BytesOf(route.table)));
  if (!route.destination) return bytes;
  Bytes address(route.family == AF_INET ? 4 : 16);
  address[0] = std::byte{*route.destination};
  return Join(bytes, Attribute(RTA_DST, address));
}

Bytes DefaultRoute(Route route = {}) {
  route.destination.reset();
  return Make(route);
}

Bytes Rule(std::uint8_t table, std::uint8_t action = FR_ACT_TO_TBL, std::uint8_t flags = 0) {
  fib_rule_hdr header{};
  header.family = AF_INET6;
  header.table = table;
  header.action = action;
  header.flags = flags;
  const Bytes no_limit = Attribute(FRA_SUPPRESS_PREFIXLEN, BytesOf(std::uint32_t{0xffffffff}));
  return Join(BytesOf(header), Join(Attribute(FRA_TABLE, BytesOf(std::uint32_t{table})), no_limit));
}

Bytes Neighbour(std::uint8_t family, std::uint16_t state) {
  ndmsg header{};
  header.ndm_family = family;
  header.ndm_state = state;
  return BytesOf(header);
}

Bytes NeighbourTable(std::uint8_t family, const Bytes& statistics) {
  ndtmsg header{};
  header.ndtm_family = family;
  return Join(Join(BytesOf(header), Attribute(NDTA_NAME, Bytes(10))),
              Attribute(NDTA_STATS, statistics));
}

Bytes Overflows(std::uint64_t count) {
  ndt_stats stats{};
  stats.ndts_table_fulls = count;
  return BytesOf(stats);
}

class RoutesTest : public ::testing::Test {
 protected:
  std::vector<Bytes>& Routes(std::uint8_t family = AF_INET) {
    return kernel_.tables[{RTM_GETROUTE, family}].records;
  }
  std::vector<Bytes>& Neighbours() { return kernel_.tables[{RTM_GETNEIGH, AF_UNSPEC}].records; }
  std::vector<Bytes>& Tables() { return kernel_.tables[{RTM_GETNEIGHTBL, AF_UNSPEC}].records; }

  /// Its error is kept.
  Samples Collect() {
    Findings findings;
    const Result<void> collected = collector_->Collect(findings);
    error_ = collected ? "" : collected.error().message;
    lack_ = findings.lack;
    is_beyond_limit_ = findings.is_beyond_limit;
    is_denied_ = findings.is_denied;
    return std::move(findings.samples);
  }
  Figures Counts() { return FiguresOf(Collect(), RouteCounts::kRoutes); }
  Figures DefaultRoutes() { return FiguresOf(Collect(), "sockdiag_default_route"); }

  void LimitTo(std::size_t limit) {
    collector_.emplace(
        RoutesEnvironment{.open_netlink = kernel_.Opener(), .limit = limit, .clock = clock_});
  }
  void SetUp() override { LimitTo(1000); }

  FakeClock clock_;
  FakeRtnetlink kernel_;
  std::optional<RoutesCollector> collector_;
  std::string error_;
  std::string lack_;
  bool is_beyond_limit_ = false;
  bool is_denied_ = false;
};

TEST_F(RoutesTest, AreCountedByFamilyTableProtocolAndType) {
  Routes() = {Make({}), Make({}), Make({.table = RT_TABLE_LOCAL, .type = RTN_LOCAL}),
              Make({.table = 100, .protocol = RTPROT_BGP, .type = RTN_BLACKHOLE}),
              Make({.table = 70'000, .protocol = 200, .type = 77})};
  Routes(AF_INET6) = {Make({.family = AF_INET6, .protocol = RTPROT_RA})};
  EXPECT_EQ(Counts(), (Figures{{"ipv4 main kernel unicast", 2},
                               {"ipv4 local kernel local", 1},
                               {"ipv4 100 bgp blackhole", 1},
                               {"ipv4 70000 200 77", 1},
                               {"ipv6 main ra unicast", 1}}));
  EXPECT_EQ(error_, "");
  EXPECT_EQ(lack_, "");
}

TEST_F(RoutesTest, ATableOfTheNumberThatStandsForLargerOnesIsItself) {
  Routes() = {Make({.table = RT_TABLE_COMPAT}), RouteHeader({.table = RT_TABLE_COMPAT})};
  EXPECT_EQ(Counts(), (Figures{{"ipv4 252 kernel unicast", 2}}));
}

TEST_F(RoutesTest, WhatOldKernelsListOfTheCacheIsNotCounted) {
  Routes(AF_INET6) = {Make({.family = AF_INET6, .flags = RTM_F_CLONED})};
  EXPECT_EQ(Counts(), Figures());
  EXPECT_EQ(error_, "");
}

// With ipv6.disable=1 the kernel answers with the routes of all other families.
TEST_F(RoutesTest, AFamilyThatTheKernelDoesNotHaveIsAbsentAndNotWalked) {
  Routes() = {DefaultRoute()};
  for (int i = 0; i < 500; ++i) Routes(AF_INET6).push_back(Make({}));
  const Samples samples = Collect();
  EXPECT_EQ(error_, "");
  EXPECT_EQ(lack_, "");
  EXPECT_EQ(FiguresOf(samples, "sockdiag_default_route"), (Figures{{"ipv4", 1}}));
  EXPECT_EQ(FiguresOf(samples, RouteCounts::kRoutes), (Figures{{"ipv4 main kernel unicast", 1}}));
  EXPECT_LT(kernel_.fetched, 10U);
}

// Then the main tables of the others may have none, when the search for a default route asks.
TEST_F(RoutesTest, AFamilyThatTheReadingLacksHasNoDefaultRouteEither) {
  kernel_.filters_tables = true;
  Routes(AF_INET6) = {Make({.table = RT_TABLE_LOCAL, .type = RTN_LOCAL})};
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}}));
}

TEST_F(RoutesTest, ThoseOfNumberedTablesAreOtherWhereThereAreVeryMany) {
  for (std::uint32_t table = 2000; table > 1000; --table)
    Routes().push_back(Make({.table = table}));
  Routes().push_back(Make({}));
  LimitTo(2000);
  const Figures counts = Counts();
  EXPECT_EQ(counts.size(), RouteCounts::kKinds + 1);
  EXPECT_EQ(counts.at("ipv4 main kernel unicast"), 1);
  EXPECT_EQ(counts.at("ipv4 1001 kernel unicast"), 1);
  EXPECT_EQ(counts.at("ipv4 other other other"), 1000 - (RouteCounts::kKinds - 1));
}

TEST_F(RoutesTest, AKindThatWasSeenStaysAtZero) {
  Routes() = {Make({}), Make({.protocol = RTPROT_BGP}), Make({.table = 100})};
  static_cast<void>(Collect());
  Routes() = {Make({})};
  clock_.Advance(RoutesCollector::kReadEvery);
  const Figures gone{{"ipv4 main kernel unicast", 1},
                     {"ipv4 main bgp unicast", 0},
                     {"ipv4 100 kernel unicast", 0}};
  EXPECT_EQ(Counts(), gone);
  EXPECT_EQ(Counts(), gone) << "the same reading";
  clock_.Advance(RoutesCollector::kReadEvery);
  kernel_.tables[{RTM_GETROUTE, AF_INET}].kernel_error = ENOMEM;
  EXPECT_EQ(Counts(), Figures()) << "nobody knows";
  clock_.Advance(RoutesCollector::kReadEvery);
  kernel_.tables[{RTM_GETROUTE, AF_INET}].kernel_error = 0;
  EXPECT_EQ(Counts(), gone);
}

TEST_F(RoutesTest, OfTablesThatComeAndGoThereAreNeverVeryMany) {
  for (std::uint32_t table = 1000; table < 1100; ++table) {
    Routes() = {Make({.table = table}), Make({.protocol = RTPROT_BGP})};
    static_cast<void>(Collect());
    clock_.Advance(RoutesCollector::kReadEvery);
  }
  Routes() = {Make({.table = 2000})};
  const Figures counts = Counts();
  EXPECT_EQ(counts.size(), RouteCounts::kKinds);
  EXPECT_EQ(counts.at("ipv4 main bgp unicast"), 0);
  EXPECT_EQ(counts.at("ipv4 2000 kernel unicast"), 1);
  EXPECT_FALSE(counts.contains("ipv4 1099 kernel unicast"));
}

TEST_F(RoutesTest, TheRestThatWasSeenStaysAtZero) {
  for (std::uint32_t table = 1; table <= RouteCounts::kKinds + 1; ++table) {
    Routes().push_back(Make({.table = table}));
  }
  EXPECT_EQ(Counts().at("ipv4 other other other"), 1);
  Routes().pop_back();
  clock_.Advance(RoutesCollector::kReadEvery);
  EXPECT_EQ(Counts().at("ipv4 other other other"), 0);
}

TEST_F(RoutesTest, MoreThanTheLimitAreLeftOutAndNotFetched) {
  for (int i = 0; i < 500; ++i) Routes().push_back(Make({}));
  Routes(AF_INET6) = {Make({.family = AF_INET6})};
  LimitTo(3);
  EXPECT_EQ(Counts(), (Figures{{"ipv6 main kernel unicast", 1}}));
  EXPECT_EQ(error_, "");
  EXPECT_EQ(lack_, "more than 3 ipv4 routes (limits.routes): they are left out");
  EXPECT_TRUE(is_beyond_limit_);
  EXPECT_FALSE(is_denied_);
  EXPECT_LT(kernel_.fetched, 20U);
  EXPECT_EQ(Counts(), (Figures{{"ipv6 main kernel unicast", 1}}));
  EXPECT_NE(lack_, "") << "also of the same reading";
}

TEST_F(RoutesTest, TheMainAndTheLocalTableAreShownWhereAnotherOneIsTooLarge) {
  kernel_.filters_tables = true;
  for (int i = 0; i < 500; ++i) Routes().push_back(Make({.table = 100}));
  for (int i = 0; i < 3; ++i) Routes().push_back(Make({}));
  Routes().push_back(Make({.table = RT_TABLE_LOCAL, .type = RTN_LOCAL}));
  LimitTo(3);
  const Figures both{{"ipv4 main kernel unicast", 3}, {"ipv4 local kernel local", 1}};
  EXPECT_EQ(Counts(), both);
  EXPECT_EQ(error_, "");
  EXPECT_EQ(lack_,
            "more than 3 ipv4 routes (limits.routes): all tables but main and local are left out");
  EXPECT_TRUE(is_beyond_limit_);
  EXPECT_LT(kernel_.fetched, 20U);
  kernel_.requests.clear();
  EXPECT_EQ(Counts(), both);
  EXPECT_EQ(std::count(kernel_.requests.begin(), kernel_.requests.end(), RTM_GETROUTE), 2)
      << "the searches for default routes";
}

TEST_F(RoutesTest, ATableThatBecomesTooLargeIsNotSaidToBeEmpty) {
  kernel_.filters_tables = true;
  Routes() = {Make({}), Make({.table = RT_TABLE_LOCAL, .type = RTN_LOCAL}),
              Make({.table = RT_TABLE_LOCAL, .type = RTN_BROADCAST})};
  LimitTo(3);
  static_cast<void>(Collect());
  Routes().pop_back();
  for (int i = 0; i < 3; ++i) Routes().push_back(Make({}));
  clock_.Advance(RoutesCollector::kReadEvery);
  EXPECT_EQ(Counts(),
            (Figures{{"ipv4 local kernel local", 1}, {"ipv4 local kernel broadcast", 0}}));
  EXPECT_EQ(lack_, "more than 3 ipv4 routes (limits.routes): all tables but local are left out");
}

TEST_F(RoutesTest, AsManyAsTheLimitAreCounted) {
  for (int i = 0; i < 3; ++i) Routes().push_back(Make({}));
  LimitTo(3);
  EXPECT_EQ(Counts(), (Figures{{"ipv4 main kernel unicast", 3}}));
}

TEST_F(RoutesTest, AreReadOnceAMinute) {
  Routes() = {Make({})};
  EXPECT_EQ(Counts(), (Figures{{"ipv4 main kernel unicast", 1}}));
  Routes() = {Make({}), Make({})};
  clock_.Advance(RoutesCollector::kReadEvery - std::chrono::milliseconds(1));
  EXPECT_EQ(Counts(), (Figures{{"ipv4 main kernel unicast", 1}}));
  clock_.Advance(std::chrono::milliseconds(1));
  EXPECT_EQ(Counts(), (Figures{{"ipv4 main kernel unicast", 2}}));
}

TEST_F(RoutesTest, WhetherThereIsADefaultRouteIsAskedEachTime) {
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 0}}));
  Routes() = {DefaultRoute()};
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 1}, {"ipv6", 0}}));
  Routes() = {};
  Routes(AF_INET6) = {Make({.family = AF_INET6}), DefaultRoute({.family = AF_INET6})};
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 1}}));
}

TEST_F(RoutesTest, WhatLeadsNowhereIsNoDefaultRoute) {
  Routes() = {DefaultRoute({.table = 100}), DefaultRoute({.type = RTN_UNREACHABLE}),
              DefaultRoute({.flags = RTNH_F_DEAD}), Make({.prefix_length = 1, .destination = 0})};
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 0}}));
}

TEST_F(RoutesTest, TheFirstRouteForTheRestDecides) {
  Routes() = {DefaultRoute({.type = RTN_PROHIBIT}), DefaultRoute()};
  EXPECT_EQ(DefaultRoutes().at("ipv4"), 0) << "nothing gets out";
  Routes() = {DefaultRoute({.type_of_service = 16}), DefaultRoute({.source_length = 8})};
  EXPECT_EQ(DefaultRoutes().at("ipv4"), 0) << "not for all packets";
  Routes().push_back(DefaultRoute());
  EXPECT_EQ(DefaultRoutes().at("ipv4"), 1);
}

TEST_F(RoutesTest, ADefaultRouteWithoutACarrierIsOne) {
  Routes() = {DefaultRoute({.flags = RTNH_F_LINKDOWN})};
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 1}, {"ipv6", 0}}));
}

TEST_F(RoutesTest, ADefaultRouteIsFoundBehindHalvesOfEverything) {
  Routes() = {Make({.prefix_length = 1, .destination = 0}), DefaultRoute()};
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 1}, {"ipv6", 0}}));
}

TEST_F(RoutesTest, TheIpv4DefaultRouteIsKnownFromTheFirstRoutes) {
  for (int i = 0; i < 500; ++i) Routes().push_back(Make({}));
  static_cast<void>(Collect());
  kernel_.fetched = 0;
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 0}}));
  EXPECT_EQ(kernel_.fetched, 1U);
}

TEST_F(RoutesTest, ADefaultRouteIsSearchedInTheMainTableOnly) {
  kernel_.filters_tables = true;
  for (std::size_t i = 0; i <= DefaultRouteSearch::kRecords; ++i) {
    Routes(AF_INET6).push_back(Make({.family = AF_INET6, .table = RT_TABLE_LOCAL}));
  }
  static_cast<void>(Collect());
  Routes(AF_INET6).push_back(DefaultRoute({.family = AF_INET6}));
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 1}}));
}

TEST_F(RoutesTest, InALargeIpv6TableTheDefaultRouteIsTheReadings) {
  for (std::size_t i = 0; i <= DefaultRouteSearch::kRecords; ++i) {
    Routes(AF_INET6).push_back(Make({.family = AF_INET6}));
  }
  Routes(AF_INET6).push_back(DefaultRoute({.family = AF_INET6}));
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 1}}));
  Routes(AF_INET6).pop_back();
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 1}}));
  clock_.Advance(RoutesCollector::kReadEvery);
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}, {"ipv6", 0}}));
  LimitTo(1);
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}})) << "nobody knows";
  EXPECT_EQ(lack_,
            "more than 1 ipv6 routes (limits.routes): they are left out; "
            "no telling whether there is a default route among more than 256 ipv6 routes");
}

class LargeIpv6Table : public RoutesTest {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i <= DefaultRouteSearch::kRecords; ++i) {
      Routes(AF_INET6).push_back(Make({.family = AF_INET6}));
    }
    LimitTo(1);
    Rules() = {Rule(RT_TABLE_LOCAL), Rule(RT_TABLE_MAIN)};
  }
  std::vector<Bytes>& Rules() { return kernel_.tables[{RTM_GETRULE, AF_INET6}].records; }
  /// Of IPv6.
  std::optional<double> Default() {
    const Figures figures = DefaultRoutes();
    const auto found = figures.find("ipv6");
    return found == figures.end() ? std::nullopt : std::optional<double>(found->second);
  }
};

TEST_F(LargeIpv6Table, TheDefaultRouteIsTheOneThatTheKernelTakes) {
  EXPECT_EQ(Default(), 0);
  kernel_.found_route = DefaultRoute({.family = AF_INET6});
  EXPECT_EQ(Default(), 1);
  EXPECT_EQ(lack_, "more than 1 ipv6 routes (limits.routes): they are left out");
  kernel_.found_route.reset();
  EXPECT_EQ(Default(), 0);
}

TEST_F(LargeIpv6Table, AnotherRouteThatTheKernelTakesTellsNothing) {
  for (const Bytes& taken : {DefaultRoute({.family = AF_INET6, .table = 100}),
                             Make({.family = AF_INET6, .prefix_length = 1, .destination = 0}),
                             DefaultRoute({.family = AF_INET6, .source_length = 48})}) {
    kernel_.found_route = taken;
    EXPECT_EQ(Default(), std::nullopt);
  }
  kernel_.found_route = Bytes(3);
  EXPECT_EQ(Default(), std::nullopt);
}

TEST_F(LargeIpv6Table, AnAnswerThatIsNoLackOfARouteTellsNothing) {
  kernel_.lookup_error = EACCES;
  EXPECT_EQ(Default(), std::nullopt);
}

TEST_F(LargeIpv6Table, ThatNoRouteIsTakenTellsNothingWhereRulesMayLeadElsewhere) {
  const Bytes to_main = Rule(RT_TABLE_MAIN);
  Rules() = {Rule(RT_TABLE_LOCAL)};
  EXPECT_EQ(Default(), std::nullopt);
  Rules() = {Rule(RT_TABLE_MAIN, FR_ACT_TO_TBL, FIB_RULE_INVERT)};
  EXPECT_EQ(Default(), std::nullopt);
  Rules() = {Join(to_main, Attribute(FRA_FWMARK, BytesOf(std::uint32_t{1})))};
  EXPECT_EQ(Default(), std::nullopt);
  Rules() = {Join(to_main, Attribute(FRA_SUPPRESS_PREFIXLEN, BytesOf(std::uint32_t{0})))};
  EXPECT_EQ(Default(), std::nullopt);
  Rules() = {Rule(0, FR_ACT_UNREACHABLE), to_main};
  EXPECT_EQ(Default(), std::nullopt);
  Rules() = {Bytes(3), to_main};
  EXPECT_EQ(Default(), std::nullopt);
  Rules() = {Rule(100), to_main};
  EXPECT_EQ(Default(), 0);
}

TEST_F(RoutesTest, NeighboursAreCountedByState) {
  Neighbours() = {Neighbour(AF_INET, NUD_REACHABLE),
                  Neighbour(AF_INET, NUD_REACHABLE),
                  Neighbour(AF_INET, NUD_NONE),
                  Neighbour(AF_INET6, NUD_STALE),
                  Neighbour(AF_INET6, NUD_FAILED),
                  Neighbour(AF_INET6, 0x4000),
                  Neighbour(AF_BRIDGE, NUD_PERMANENT),
                  Neighbour(AF_INET6, 0x2000),
                  Join(Neighbour(AF_INET6, NUD_NOARP), Bytes(3))};
  EXPECT_EQ(NonZero(FiguresOf(Collect(), NeighbourCounts::kNeighbours)),
            (Figures{{"ipv4 none", 1},
                     {"ipv4 reachable", 2},
                     {"ipv6 stale", 1},
                     {"ipv6 failed", 1},
                     {"ipv6 noarp", 1},
                     {"ipv6 other", 2}}));
  EXPECT_EQ(error_, "");
}

TEST_F(RoutesTest, AStateOfNeighboursIsShownFromWhenItWasSeen) {
  const auto neighbours = [this] { return FiguresOf(Collect(), NeighbourCounts::kNeighbours); };
  Tables() = {NeighbourTable(AF_INET, Overflows(0)), NeighbourTable(AF_INET6, Overflows(0))};
  EXPECT_EQ(neighbours(), Figures());
  clock_.Advance(RoutesCollector::kReadEvery);
  Neighbours() = {Neighbour(AF_INET, NUD_STALE), Neighbour(AF_INET6, 0x4000)};
  EXPECT_EQ(neighbours(), (Figures{{"ipv4 stale", 1}, {"ipv6 other", 1}}));
  clock_.Advance(RoutesCollector::kReadEvery);
  Neighbours() = {Neighbour(AF_INET, NUD_FAILED)};
  const Figures seen{{"ipv4 stale", 0}, {"ipv4 failed", 1}, {"ipv6 other", 0}};
  EXPECT_EQ(neighbours(), seen);
  EXPECT_EQ(neighbours(), seen) << "the same reading";
  clock_.Advance(RoutesCollector::kReadEvery);
  kernel_.tables[{RTM_GETNEIGH, AF_UNSPEC}].kernel_error = ENOMEM;
  EXPECT_EQ(neighbours(), Figures());
  clock_.Advance(RoutesCollector::kReadEvery);
  kernel_.tables[{RTM_GETNEIGH, AF_UNSPEC}].kernel_error = 0;
  EXPECT_EQ(neighbours(), seen);
}

TEST_F(RoutesTest, OverflowsAreThoseOfATableAsAWhole) {
  constexpr std::size_t kOldStatistics = 80;
  Bytes old = Overflows(7);
  old.resize(kOldStatistics);
  Tables() = {NeighbourTable(AF_INET, Overflows(7)), BytesOf(ndtmsg{AF_INET, 0, 0}),
              NeighbourTable(AF_INET6, old), NeighbourTable(AF_DECnet, Overflows(8))};
  EXPECT_EQ(FiguresOf(Collect(), NeighbourTables::kOverflows), (Figures{{"ipv4", 7}}));
  EXPECT_EQ(error_, "");
}

TEST_F(RoutesTest, WhatTheKernelDoesNotHaveIsAbsent) {
  kernel_.tables[{RTM_GETROUTE, AF_INET}].kernel_error = ENOENT;
  kernel_.tables[{RTM_GETROUTE, AF_INET6}].kernel_error = EOPNOTSUPP;
  kernel_.tables[{RTM_GETNEIGHTBL, AF_UNSPEC}].kernel_error = EOPNOTSUPP;
  EXPECT_EQ(DefaultRoutes(), (Figures{{"ipv4", 0}})) << "a family without a main table has none";
  EXPECT_EQ(error_, "");
}

TEST_F(RoutesTest, ATableThatChangesMeanwhileIsReadAgain) {
  Routes() = {Make({})};
  kernel_.tables[{RTM_GETROUTE, AF_INET}].interruptions = 2;
  EXPECT_EQ(Counts(), (Figures{{"ipv4 main kernel unicast", 1}}));
  EXPECT_EQ(error_, "");
}

TEST_F(RoutesTest, WhatCannotBeReadIsAbsentAndReadAgainAMinuteLater) {
  Routes() = {Make({})};
  Neighbours() = {Neighbour(AF_INET, NUD_STALE)};
  kernel_.tables[{RTM_GETNEIGH, AF_UNSPEC}].interruptions = 3;
  for (int i = 0; i < 2; ++i) {
    const Samples samples = Collect();
    EXPECT_EQ(error_, "neighbours: the table changed during the dump");
    EXPECT_EQ(FiguresOf(samples, RouteCounts::kRoutes), (Figures{{"ipv4 main kernel unicast", 1}}));
    EXPECT_FALSE(samples.Has(NeighbourCounts::kNeighbours));
    clock_.Advance(RoutesCollector::kReadEvery - std::chrono::milliseconds(1));
  }
  EXPECT_EQ(FiguresOf(Collect(), NeighbourCounts::kNeighbours).at("ipv4 stale"), 1);
  EXPECT_EQ(error_, "");
}

TEST_F(RoutesTest, APartThatAlwaysFailsHasNoOtherReadMoreOften) {
  kernel_.tables[{RTM_GETNEIGH, AF_UNSPEC}].kernel_error = ENOMEM;
  static_cast<void>(Collect());
  const auto count = [this](std::uint16_t type) {
    return std::count(kernel_.requests.begin(), kernel_.requests.end(), type);
  };
  kernel_.requests.clear();
  for (int i = 0; i < 10; ++i) static_cast<void>(Collect());
  EXPECT_EQ(error_, "neighbours: the kernel refused the dump: Cannot allocate memory (ENOMEM)");
  EXPECT_EQ(count(RTM_GETROUTE), 2 * 10) << "the searches for default routes";
  EXPECT_EQ(count(RTM_GETNEIGH), 0);
  EXPECT_EQ(count(RTM_GETNEIGHTBL), 0);
}

TEST_F(RoutesTest, WhatIsDeniedIsNoFailure) {
  kernel_.open_error = EPERM;
  EXPECT_TRUE(Collect().families().empty());
  EXPECT_EQ(error_, "");
  EXPECT_EQ(lack_, "cannot open an rtnetlink socket: Operation not permitted (EPERM)");
  EXPECT_FALSE(is_beyond_limit_);
  EXPECT_TRUE(is_denied_);
}

TEST_F(RoutesTest, WithoutANetlinkSocketItFailsOnce) {
  kernel_.open_error = EMFILE;
  EXPECT_TRUE(Collect().families().empty());
  EXPECT_EQ(error_, "cannot open an rtnetlink socket: Too many open files (EMFILE)");
}

struct BadRecord {
  const char* name;
  std::uint16_t request;
  std::uint8_t family;
  Bytes record;
  const char* error;
};

Bytes Cut(Bytes bytes) {
  bytes.pop_back();
  return bytes;
}

const BadRecord kBadRecords[] = {
    {"RouteCut", RTM_GETROUTE, AF_INET, Cut(RouteHeader({})),
     "ipv4 routes: a route is shorter than its header"},
    {"RouteWithATableCut", RTM_GETROUTE, AF_INET6,
     Join(RouteHeader({.family = AF_INET6, .table = 300}), Attribute(RTA_TABLE, Bytes(3))),
     "ipv6 routes: RTA_TABLE is shorter than a number"},
    {"RouteWithAnAttributeTooLong", RTM_GETROUTE, AF_INET,
     Join(RouteHeader({.table = 300}), LyingAttribute(RTA_OIF, Bytes(4), 9)),
     "ipv4 routes: an attribute's length does not fit the 8 bytes left in its message"},
    {"DestinationTooLong", RTM_GETROUTE, AF_INET,
     Join(RouteHeader({}), LyingAttribute(RTA_DST, Bytes(4), 9)),
     "ipv4 routes: an attribute's length does not fit the 8 bytes left in its message"},
    {"NeighbourCut", RTM_GETNEIGH, AF_UNSPEC, Cut(Neighbour(AF_INET, NUD_STALE)),
     "neighbours: a neighbour is shorter than its header"},
    {"NeighbourTableCut", RTM_GETNEIGHTBL, AF_UNSPEC, Bytes(3),
     "neighbours: a neighbour table is shorter than its header"},
    {"NeighbourTableWithAnAttributeTooShort", RTM_GETNEIGHTBL, AF_UNSPEC,
     Join(BytesOf(ndtmsg{AF_INET, 0, 0}), LyingAttribute(NDTA_STATS, Bytes(4), 3)),
     "neighbours: an attribute's length does not fit the 8 bytes left in its message"}};

class MalformedTest : public RoutesTest, public ::testing::WithParamInterface<BadRecord> {};

TEST_P(MalformedTest, MakesItFailWithItsPart) {
  const BadRecord& bad = GetParam();
  kernel_.tables[{bad.request, bad.family}].records = {bad.record};
  static_cast<void>(Collect());
  EXPECT_EQ(error_, bad.error);
}

INSTANTIATE_TEST_SUITE_P(Records, MalformedTest, ::testing::ValuesIn(kBadRecords),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace sockdiag
