#include "collectors/socket_memory.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>

#include "collectors/sockets.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::Rule;
using testing::SocketScrapes;
using testing::SumOf;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using Records = std::vector<SocketRecord>;
constexpr auto kUp = SocketState::kEstablished;

/// An outbound connection to the port.
SocketRecord To(std::uint16_t port) {
  return Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:" + std::to_string(port));
}

/// "PROTOCOL:NAME/DIRECTION=SOCKETS(SERIES) " for each service and direction.
std::string Services(const Samples& samples) {
  std::map<std::string, std::pair<int, int>> services;
  samples.ForEach(ServiceTally::kServiceSockets, [&](double value, auto labels) {
    auto& [sockets, series] =
        services[labels[0].value + ":" + labels[1].value + "/" + labels[2].value];
    sockets += static_cast<int>(value);
    ++series;
  });
  std::string text;
  for (const auto& [name, figures] : services) {
    text +=
        name + "=" + std::to_string(figures.first) + "(" + std::to_string(figures.second) + ") ";
  }
  return text;
}

/// "PORT/STATE=SOCKETS " in the order of the samples.
std::string Ports(const Samples& samples) {
  std::string text;
  samples.ForEach(PortTally::kPortSockets, [&](double value, auto labels) {
    text += labels[1].value + "/" + labels[3].value + "=" +
            std::to_string(static_cast<int>(value)) + " ";
  });
  return text;
}

double Folded(const Samples& samples, const std::string& limit) {
  return ValueOf(samples, kFoldedKeys, limit);
}

TEST(SocketMemory, ShowsEveryStateOfEveryFamilyAtZero) {
  SocketScrapes scrapes;
  const Samples samples = scrapes.Scrape(Records());
  EXPECT_EQ(FiguresOf(samples, FamilyTally::kSockets).size(), 2 * 11 + 2 * 2U);
  EXPECT_EQ(SumOf(samples, FamilyTally::kSockets), 0);
  EXPECT_FALSE(samples.Has(ServiceTally::kServiceSockets));
}

TEST(SocketMemory, ShowsConfiguredServicesFromTheStart) {
  SocketScrapes scrapes({.rules = {Rule("any", 1), Rule("in", 2, Direction::kInbound),
                                   Rule("out", 3, Direction::kOutbound)}});
  EXPECT_EQ(Services(scrapes.Scrape(Records())),
            "tcp:any/inbound=0(10) tcp:any/outbound=0(9) tcp:in/inbound=0(10) "
            "tcp:out/outbound=0(9) ");
}

TEST(SocketMemory, ShowsAServiceInAllStatesOnceSeenAndForTheRetention) {
  SocketScrapes scrapes;
  EXPECT_EQ(Services(scrapes.Scrape(Records{To(80)})), "tcp:other/outbound=1(9) ");
  scrapes.clock.Advance(Limits().retention);
  EXPECT_EQ(Services(scrapes.Scrape(Records())), "tcp:other/outbound=0(9) ");
  scrapes.clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Services(scrapes.Scrape(Records())), "");
}

TEST(SocketMemory, FoldsServicesBeyondTheLimitIntoOther) {
  SocketScrapes scrapes(
      {.rules = {Rule("a", 1), Rule("b", 2), Rule("c", 3)}, .limits = {.services = 2}});
  const Samples samples = scrapes.Scrape(Records{To(1), To(3), To(3), To(4)});
  EXPECT_EQ(Services(samples),
            "tcp:a/inbound=0(10) tcp:a/outbound=1(9) tcp:b/inbound=0(10) tcp:b/outbound=0(9) "
            "tcp:other/inbound=0(10) tcp:other/outbound=3(9) ");
  EXPECT_EQ(Folded(samples, "services"), 1);
}

TEST(SocketMemory, ARuleMayNameOther) {
  SocketScrapes scrapes({.rules = {Rule("other", 1)}});
  EXPECT_EQ(Services(scrapes.Scrape(Records{To(1), To(2)})),
            "tcp:other/inbound=0(10) tcp:other/outbound=2(9) ");
}

TEST(SocketMemory, FoldsPortsBeyondTheLimitOfEachDirection) {
  SocketScrapes scrapes({.limits = {.ports = 2}});
  const Samples samples =
      scrapes.Scrape(Records{Listener("0.0.0.0:22"), To(1), To(2), To(2), To(3)});
  EXPECT_EQ(Ports(samples), "22/listen=1 other/established=1 1/established=1 2/established=2 ");
  EXPECT_EQ(Folded(samples, "ports"), 1);
}

TEST(SocketMemory, KeepsEachStateOfAPortAtZeroForTheRetention) {
  SocketScrapes scrapes;
  static_cast<void>(scrapes.Scrape(Records{To(80)}));
  SocketRecord waiting = To(80);
  waiting.state = SocketState::kCloseWait;
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Ports(scrapes.Scrape(Records{waiting})), "80/established=0 80/close_wait=1 ");
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Ports(scrapes.Scrape(Records())), "80/close_wait=0 ");
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Ports(scrapes.Scrape(Records())), "");
}

TEST(SocketMemory, AScanLeavesNothingBehind) {
  SocketScrapes scrapes;
  Records scan;
  for (int port = 1; port <= 60'000; ++port) scan.push_back(To(static_cast<std::uint16_t>(port)));
  const Samples during = scrapes.Scrape(scan);
  EXPECT_EQ(FiguresOf(during, PortTally::kPortSockets).size(), 101U);
  EXPECT_EQ(Folded(during, "ports"), 59'900);
  EXPECT_EQ(SumOf(during, PortTally::kPortSockets), 60'000);
  scrapes.clock.Advance(Limits().retention + std::chrono::seconds(1));
  const Samples after = scrapes.Scrape(Records{To(65'000)});
  EXPECT_EQ(Ports(after), "65000/established=1 ");
  EXPECT_EQ(Folded(after, "ports"), 0);
}

TEST(SocketMemory, EverySocketIsInEveryViewExactlyOnce) {
  SocketScrapes scrapes(
      {.rules = {Rule("a", 1), Rule("b", 2)}, .limits = {.services = 1, .ports = 1}});
  const Samples samples = scrapes.Scrape(
      Records{Listener("0.0.0.0:1"), Listener("[::]:2"), To(1), To(2), To(3),
              Tcp(SocketState::kUnknown, "10.0.0.1:5", "10.0.0.2:6")},
      Records{Udp("0.0.0.0:1"), Udp("0.0.0.0:2"), Udp("10.0.0.1:40000", "10.0.0.2:53")});
  EXPECT_EQ(SumOf(samples, FamilyTally::kSockets), 9);
  EXPECT_EQ(SumOf(samples, ServiceTally::kServiceSockets), 9);
  EXPECT_EQ(SumOf(samples, PortTally::kPortSockets), 9);
}

TEST(SocketMemory, GroupsListenersByShownPortAndService) {
  SocketScrapes scrapes({.rules = {Rule("web", 80)}, .limits = {.ports = 1}});
  const Samples samples =
      scrapes.Scrape(Records{Listener("0.0.0.0:80", 5, 10), Listener("[::]:80", 1, 10),
                             Listener("0.0.0.0:81", 2, 4), Listener("0.0.0.0:82", 0, 4)},
                     Records{Udp("0.0.0.0:53")});
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kListeners),
            (Figures{{"tcp other other", 2}, {"tcp 80 web", 2}, {"udp 53 other", 1}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kQueueLimit),
            (Figures{{"other other", 8}, {"80 web", 20}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kQueueLength),
            (Figures{{"other other", 2}, {"80 web", 6}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kSaturation),
            (Figures{{"other other", 0.5}, {"80 web", 0.5}}));
}

TEST(SocketMemory, AListenerThatWentIsShownAtZero) {
  SocketScrapes scrapes;
  static_cast<void>(scrapes.Scrape(Records{Listener("0.0.0.0:80", 5, 10)}));
  const Samples samples = scrapes.Scrape(Records());
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kListeners), (Figures{{"tcp 80 other", 0}}));
  EXPECT_EQ(FiguresOf(samples, ListenerTally::kSaturation), (Figures{{"80 other", 0}}));
}

TEST(SocketMemory, LeavesAFailedProtocolOutAndKeepsItsNames) {
  SocketScrapes scrapes;
  static_cast<void>(scrapes.Scrape(Records{To(80)}, Records{Udp("0.0.0.0:53")}));
  scrapes.clock.Advance(Limits().retention * 2);
  const Samples failed = scrapes.Scrape(Records{To(80)}, std::nullopt);
  EXPECT_EQ(FiguresOf(failed, FamilyTally::kSockets).size(), 22U);
  EXPECT_EQ(Services(failed), "tcp:other/outbound=1(9) ");
  EXPECT_EQ(Ports(failed), "80/established=1 ");
  EXPECT_FALSE(failed.Has(ListenerTally::kListeners));
}

TEST(SocketMemory, AProtocolThatFailsForGoodDoesNotHoldNamesForGood) {
  const Limits limits{.services = 1};
  SocketScrapes scrapes({.database = {{{Protocol::kTcp, Port::FromHost(1)}, "a"},
                                      {{Protocol::kTcp, Port::FromHost(2)}, "b"}},
                         .limits = limits});
  static_cast<void>(scrapes.Scrape(Records{To(1)}, std::nullopt));
  scrapes.clock.Advance(limits.retention);
  EXPECT_EQ(Folded(scrapes.Scrape(Records{To(2)}, std::nullopt), "services"), 1);
  scrapes.clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(Folded(scrapes.Scrape(Records{To(2)}, std::nullopt), "services"), 0);
}

TEST(SocketMemory, CountsEveryReasonOfAFailedDumpFromZero) {
  SocketScrapes scrapes;
  scrapes.memory.errors().Add(Protocol::kUdp, DumpErrorReason::kBusy);
  const Samples samples = scrapes.Scrape(Records());
  EXPECT_EQ(FiguresOf(samples, SocketsCollector::kDumpErrors).size(), 2 * kDumpErrorReasons.size());
  EXPECT_EQ(testing::NonZero(FiguresOf(samples, SocketsCollector::kDumpErrors)),
            (Figures{{"udp busy", 1}}));
}

}  // namespace
}  // namespace sockdiag
