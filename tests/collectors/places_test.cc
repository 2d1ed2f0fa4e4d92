// Who gets a place in labels when there are more ports and services than places.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::NonZero;
using testing::Rule;
using testing::SocketConfiguration;
using testing::SocketScrapes;
using testing::SumOf;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using Records = std::vector<SocketRecord>;
using Names = std::set<std::string>;

/// Outbound connections to the port, which whoever serves it chose.
SocketRecord To(std::uint16_t port) {
  return Tcp(SocketState::kSynSent, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
}
Records To(std::uint16_t port, int count) { return {static_cast<std::size_t>(count), To(port)}; }
Records operator+(Records a, const Records& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
/// One to each of so many ports that the kernel gives to whoever asks for any.
Records OddPeers(std::uint16_t count) {
  Records records;
  for (std::uint16_t n = 0; n < count; ++n) {
    records.push_back(To(static_cast<std::uint16_t>(45000 + n)));
  }
  return records;
}
/// Unconnected sockets with ports of that kind.
Records Resolver(std::uint16_t count) {
  Records records;
  for (int n = 0; n < count; ++n) records.push_back(Udp("0.0.0.0:" + std::to_string(40000 + n)));
  return records;
}

Names Ports(const Samples& samples, const std::string& protocol = "tcp") {
  Names ports;
  samples.ForEach(PortTally::kPortSockets, [&](double, auto labels) {
    if (labels[0].value == protocol) ports.insert(labels[1].value);
  });
  return ports;
}
Names Services(const Samples& samples) {
  Names services;
  samples.ForEach(ServiceTally::kServiceSockets,
                  [&](double, auto labels) { services.insert(labels[1].value); });
  return services;
}
double Folded(const Samples& samples, const std::string& limit) {
  return ValueOf(samples, kFoldedKeys, limit);
}

/// Port 5432 has a rule, 80 a name in the database, 9200 lies outside the ephemeral range, and
/// 45000 inside.
SocketConfiguration Ranked(std::size_t ports) {
  return {.rules = {Rule("db", 5432)},
          .database = {{{Protocol::kTcp, Port::FromHost(80)}, "http"}},
          .limits = {.ports = ports}};
}

/// Sockets enough that a port's rank alone can say who comes first.
const Records kOneOfEachRank = To(5432, 1) + To(80, 2) + To(9200, 3) + To(45000, 4);
const std::vector<std::string> kInOrder{"5432", "80", "9200", "45000"};

TEST(Places, PortsGetTheirsByRankAndNotBySize) {
  for (std::size_t places = 0; places <= kInOrder.size(); ++places) {
    Names expected(kInOrder.begin(), kInOrder.begin() + static_cast<std::ptrdiff_t>(places));
    if (places < kInOrder.size()) expected.insert("other");
    SocketScrapes scrapes(Ranked(places));
    const Samples samples = scrapes.Scrape(kOneOfEachRank);
    EXPECT_EQ(Ports(samples), expected) << places;
    EXPECT_EQ(Folded(samples, "ports"), kInOrder.size() - places);
  }
}

/// The last rank first, then each in its turn: every newcomer takes the place of who was there.
TEST(Places, ANewcomerTakesOneFromAnyLaterRankAndFromNoOther) {
  const std::vector<Records> ranks{To(5432, 1), To(80, 1), To(9200, 1), To(45000, 1)};
  for (std::size_t first = 0; first < ranks.size(); ++first) {
    for (std::size_t newcomer = 0; newcomer < ranks.size(); ++newcomer) {
      if (first == newcomer) continue;
      SocketScrapes scrapes(Ranked(1));
      EXPECT_EQ(Ports(scrapes.Scrape(ranks[first])), (Names{kInOrder[first]}));
      const Samples samples = scrapes.Scrape(ranks[first] + ranks[newcomer]);
      EXPECT_EQ(Ports(samples), (Names{kInOrder[std::min(first, newcomer)], "other"}));
      EXPECT_EQ(SumOf(samples, PortTally::kPortSockets), 2);
      EXPECT_EQ(Folded(samples, "ports"), 1);
    }
  }
}

TEST(Places, WithinARankWhoHasOneKeepsIt) {
  SocketScrapes scrapes(Ranked(1));
  static_cast<void>(scrapes.Scrape(To(9200, 1)));
  EXPECT_EQ(Ports(scrapes.Scrape(To(9200, 1) + To(9300, 50))), (Names{"9200", "other"}));
  EXPECT_EQ(Ports(scrapes.Scrape(To(9300, 50))), (Names{"9200", "other"}));
}

TEST(Places, NothingIsLeftOfAPortThatLostItsPlace) {
  SocketScrapes scrapes(Ranked(1));
  static_cast<void>(scrapes.Scrape(Records{Listener("0.0.0.0:9200", 3, 8)}));
  const Records both{Listener("0.0.0.0:5432", 1, 4), Listener("0.0.0.0:9200", 3, 8)};
  const Samples samples = scrapes.Scrape(both);
  EXPECT_EQ(FiguresOf(samples, PortTally::kPortSockets),
            (Figures{{"tcp 5432 inbound listen", 1}, {"tcp other inbound listen", 1}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kListeners),
            (Figures{{"tcp 5432 db", 1}, {"tcp other other", 1}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kQueueLength),
            (Figures{{"5432 db", 1}, {"other other", 3}}));
}

TEST(Places, APortThatIsListenedOnComesBeforeOnesThatAreNot) {
  SocketScrapes scrapes({.limits = {.ports = 1}});
  static_cast<void>(scrapes.Scrape(To(45000, 9)));
  const Samples samples =
      scrapes.Scrape(Records{Listener("127.0.0.1:50051")} + To(45000, 9) + Records{To(50051)});
  EXPECT_EQ(NonZero(FiguresOf(samples, PortTally::kPortSockets)),
            (Figures{{"tcp 50051 inbound listen", 1},
                     {"tcp 50051 outbound syn_sent", 1},
                     {"tcp other outbound syn_sent", 9}}));
}

TEST(Places, ManyShortLivedPortsKeepNobodyOut) {
  const auto udp = Protocol::kUdp;
  ServiceRule rule = Rule("my-dns", 53);
  rule.protocol = udp;
  const SocketConfiguration configuration{
      .rules = {rule},
      .database = {{{udp, Port::FromHost(123)}, "ntp"}, {{udp, Port::FromHost(514)}, "syslog"}}};
  SocketScrapes scrapes(configuration);
  static_cast<void>(scrapes.Scrape(Records(), Resolver(1500)));
  const Records fixed{Udp("0.0.0.0:53"), Udp("0.0.0.0:123"), Udp("0.0.0.0:514"),
                      Udp("0.0.0.0:8125")};
  const Samples samples = scrapes.Scrape(Records(), Resolver(1500) + fixed);
  const Names ports = Ports(samples, "udp");
  for (const char* port : {"53", "123", "514", "8125"}) EXPECT_TRUE(ports.contains(port)) << port;
  EXPECT_EQ(ports.size(), 101U);
  EXPECT_EQ(Folded(samples, "ports"), 1404);
  EXPECT_EQ(SumOf(samples, PortTally::kPortSockets), 1504);
  EXPECT_EQ(SumOf(samples, ListenerTally::kListeners), 1504);
}

TEST(Places, AreTheSameForWhoLooksOnceAsForWhoHasLookedBefore) {
  const SocketConfiguration configuration = Ranked(3);
  SocketScrapes daemon(configuration);
  static_cast<void>(daemon.Scrape(OddPeers(300), Resolver(300)));
  const Records tcp = OddPeers(300) + kOneOfEachRank;
  const Records udp =
      Resolver(300) + Records{Udp("0.0.0.0:53"), Udp("0.0.0.0:514"), Udp("0.0.0.0:123")};
  const Samples later = daemon.Scrape(tcp, udp);
  SocketScrapes once(configuration);
  const Samples at_once = once.Scrape(tcp, udp);
  EXPECT_EQ(Ports(at_once), (Names{"5432", "80", "9200", "other"}));
  EXPECT_EQ(Ports(at_once, "udp"), (Names{"53", "123", "514", "other"}));
  EXPECT_EQ(NonZero(FiguresOf(later, PortTally::kPortSockets)),
            FiguresOf(at_once, PortTally::kPortSockets));
  EXPECT_EQ(Folded(later, "ports"), Folded(at_once, "ports"));
}

/// Port 80 has a name in the database, and the others have their numbers.
SocketConfiguration Numbered(std::size_t services) {
  return {.rules = {},
          .database = {{{Protocol::kTcp, Port::FromHost(80)}, "http"},
                       {{Protocol::kTcp, Port::FromHost(443)}, "https"}},
          .fallback = ServicesFallback::kNumber,
          .limits = {.services = services}};
}

TEST(Places, NumbersComeAfterNamesHoweverManySocketsTheyHave) {
  SocketScrapes scrapes(Numbered(2));
  EXPECT_EQ(Services(scrapes.Scrape(To(9200, 9) + To(9300, 8))), (Names{"9200", "9300"}));
  const Samples one = scrapes.Scrape(To(9200, 9) + To(9300, 8) + To(80, 1));
  EXPECT_EQ(Services(one), (Names{"9200", "http", "other"}));
  EXPECT_EQ(Folded(one, "services"), 1);
  EXPECT_EQ(SumOf(one, ServiceTally::kServiceSockets), 18);
  const Samples both = scrapes.Scrape(To(9200, 9) + To(80, 1) + To(443, 1));
  EXPECT_EQ(Services(both), (Names{"http", "https", "other"}));
  EXPECT_EQ(NonZero(FiguresOf(both, ServiceTally::kServiceSockets)),
            (Figures{{"tcp http outbound syn_sent", 1},
                     {"tcp https outbound syn_sent", 1},
                     {"tcp other outbound syn_sent", 9}}));
  EXPECT_EQ(FiguresOf(both, QueueTally::kReceiveQueue).size(), 3U);
}

TEST(Places, RulesHaveTheirsForGood) {
  SocketConfiguration configuration = Numbered(1);
  configuration.rules = {Rule("idle", 1)};
  SocketScrapes scrapes(configuration);
  EXPECT_EQ(Services(scrapes.Scrape(To(80, 9) + To(9200, 9))), (Names{"idle", "other"}));
}

TEST(Places, WhatListensOnAPortThatLostItsServicesPlaceIsOthers) {
  SocketScrapes scrapes(Numbered(1));
  static_cast<void>(scrapes.Scrape(Records{Listener("0.0.0.0:9200")}));
  const Samples samples = scrapes.Scrape(Records{Listener("0.0.0.0:9200"), Listener("0.0.0.0:80")});
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kListeners),
            (Figures{{"tcp 80 http", 1}, {"tcp 9200 other", 1}}));
}

TEST(Places, NoServiceLosesOneWhileAProtocolIsMissing) {
  SocketScrapes scrapes(Numbered(1));
  static_cast<void>(scrapes.Scrape(Records(), Records{Udp("0.0.0.0:8125")}));
  EXPECT_EQ(Services(scrapes.Scrape(To(80, 1), std::nullopt)), (Names{"other"}));
  EXPECT_EQ(Services(scrapes.Scrape(To(80, 1), Records{Udp("0.0.0.0:8125")})),
            (Names{"http", "other"}));
}

}  // namespace
}  // namespace sockdiag
