// Other network namespaces: whose turn it is, what it costs and what goes wrong with it.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "sockets/tally/socket_tallies.h"
#include "tests/collectors/namespaces_case.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeNamespaces;
using testing::Figures;
using testing::Listener;
using testing::Named;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using testing::WithTcp;
using Texts = std::vector<std::string>;
constexpr auto kUp = SocketState::kEstablished;

class NamespaceTurnsTest : public testing::NamespacesCase {};

struct IdleCase {
  const char* what;
  std::vector<SocketRecord> sockets;
  /// What changes before the second collection.
  std::function<void(FakeNamespaces::One&)> change;
  Texts dumps;
  bool is_idle;
};

TEST_F(NamespaceTurnsTest, AreNotWalkedWhileTheirCountersTellThatNothingChanged) {
  const Texts listeners{"1 tcp listen"};
  const Texts both{"1 tcp listen", "1 tcp"};
  const Texts all{"1 tcp"};
  const std::vector<IdleCase> cases{
      {"listeners alone", {Listener("0.0.0.0:80")}, [](auto&) {}, listeners, true},
      {"nothing", {}, [](auto&) {}, listeners, true},
      {"a connection", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")}, [](auto&) {}, both, false},
      {"TIME_WAIT",
       {Tcp(SocketState::kTimeWait, "10.0.0.1:40000", "10.0.0.2:443")},
       [](auto&) {},
       all,
       false},
      {"a lone SYN_RECV",
       {Listener("0.0.0.0:80"), Tcp(SocketState::kSynRecv, "10.0.0.1:80", "10.0.0.2:40000")},
       [](auto&) {},
       all,
       false},
      {"a segment came",
       {Listener("0.0.0.0:80")},
       [](FakeNamespaces::One& one) { ++one.counters.tcp_segments_in; },
       all,
       false},
      {"another listener",
       {Listener("0.0.0.0:80")},
       [](FakeNamespaces::One& one) {
         one.tables[Protocol::kTcp] = {Listener("0.0.0.0:81"), Listener("0.0.0.0:82")};
         one.counters.tcp_in_use = 2;
       },
       listeners,
       true}};
  for (const IdleCase& each : cases) {
    namespaces_.all.clear();
    static_cast<void>(Collect());
    namespaces_.all[1] = WithTcp("a", each.sockets);
    static_cast<void>(Collect());
    EXPECT_EQ(namespaces_.dumps, all) << each.what;
    each.change(namespaces_.all[1]);
    const Samples samples = Collect();
    EXPECT_EQ(namespaces_.dumps, each.dumps) << each.what;
    EXPECT_EQ(Results(samples), (Figures{{each.is_idle ? "idle" : "dumped", 1}})) << each.what;
    const auto listening = static_cast<double>(std::count_if(
        namespaces_.all[1].tables[Protocol::kTcp].begin(),
        namespaces_.all[1].tables[Protocol::kTcp].end(),
        [](const SocketRecord& record) { return record.state == SocketState::kListen; }));
    EXPECT_EQ(ValueOf(samples, FamilyTally::kSockets, "tcp ipv4 listen namespaces"), listening)
        << each.what;
  }
}

TEST_F(NamespaceTurnsTest, AreWalkedForUdpWhenDatagramsOrSocketsCameOrAMinuteWent) {
  namespaces_.all[1] = Named("a");
  FakeNamespaces::One& one = namespaces_.all[1];
  const auto dumps = [&] {
    static_cast<void>(Collect());
    return namespaces_.dumps;
  };
  const Texts idle{"1 tcp listen"};
  const Texts walked{"1 tcp listen", "1 udp"};
  EXPECT_EQ(dumps(), Texts{"1 tcp"}) << "no UDP socket is there";
  one.tables[Protocol::kUdp] = {Udp("0.0.0.0:53")};
  one.counters.udp_in_use = 1;
  EXPECT_EQ(dumps(), walked);
  EXPECT_EQ(dumps(), idle);
  ++one.counters.udp_datagrams;
  EXPECT_EQ(dumps(), walked);
  clock_.Advance(seconds(59));
  EXPECT_EQ(dumps(), idle);
  clock_.Advance(seconds(1));
  EXPECT_EQ(dumps(), walked);
  one.counters.udp_in_use = 0;
  const Samples samples = Collect();
  EXPECT_EQ(namespaces_.dumps, idle);
  EXPECT_EQ(testing::SumOf(samples, FamilyTally::kSockets, "udp"), 0);
}

TEST_F(NamespaceTurnsTest, TakeTurnsOldestFirstWithinTheBudget) {
  for (NamespaceId id = 1; id <= 4; ++id) {
    namespaces_.all[id] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  }
  // Each step reads the CPU clock twice, so finding, each turn and summing up cost a second.
  cost_ = seconds(1);
  Samples samples = Collect();
  EXPECT_EQ(namespaces_.dumps, Texts{"1 tcp"}) << "two seconds are there at the start";
  EXPECT_EQ(Results(samples), (Figures{{"dumped", 1}, {"stale", 3}}));
  clock_.Advance(seconds(15));
  samples = Collect();
  EXPECT_EQ(namespaces_.dumps, Texts()) << "finding took more than was earned";
  EXPECT_EQ(ValueOf(samples, NamespacesCollector::kOldestAge), 15);
  EXPECT_EQ(ValueOf(samples, FamilyTally::kSockets, "tcp ipv4 established namespaces"), 1)
      << "what is stale is shown as it was";
  clock_.Advance(seconds(90));
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps, Texts{"2 tcp"});
  clock_.Advance(std::chrono::hours(1));
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps, Texts{"3 tcp"}) << "not more than two seconds are saved up";
  clock_.Advance(std::chrono::hours(1));
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps, Texts{"4 tcp"});
}

TEST_F(NamespaceTurnsTest, NewcomersDoNotKeepTheOthersFromTheirTurns) {
  const auto add = [&](NamespaceId id) {
    namespaces_.all[id] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  };
  for (NamespaceId id = 1; id <= 2; ++id) add(id);
  cost_ = seconds(1);
  Texts turns;
  for (NamespaceId id = 3; id <= 8; ++id) {
    add(id);
    static_cast<void>(Collect());
    turns.push_back(namespaces_.dumps.back());
    clock_.Advance(std::chrono::hours(1));
  }
  EXPECT_EQ(turns, (Texts{"1 tcp", "2 tcp", "3 tcp", "1 tcp", "4 tcp", "2 tcp"}));
}

TEST_F(NamespaceTurnsTest, WhatABusyTimeCostIsNotOwedForever) {
  namespaces_.all[1] = WithTcp("a", {});
  cost_ = seconds(100);
  static_cast<void>(Collect());
  cost_ = seconds(0);
  // Ten seconds are owed at most.
  clock_.Advance(seconds(201));
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps.size(), 1U);
}

TEST_F(NamespaceTurnsTest, WhatTheHelperSpendsIsOfTheBudget) {
  for (NamespaceId id = 1; id <= 4; ++id) {
    namespaces_.all[id] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  }
  // A find, and then counters and a socket for each turn.
  namespaces_.cost = milliseconds(400);
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps, (Texts{"1 tcp", "2 tcp"})) << "two seconds are there at the start";
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps, Texts()) << "the second find was not earned, either";
  clock_.Advance(seconds(8));
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps, Texts()) << "what was spent is earned only now";
  clock_.Advance(seconds(17));
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps, Texts{"3 tcp"});
}

TEST_F(NamespaceTurnsTest, TakeAllTurnsWithoutABudget) {
  for (NamespaceId id = 1; id <= 4; ++id) namespaces_.all[id] = WithTcp("a", {});
  cost_ = seconds(10);
  cpu_budget_.reset();
  Configure();
  EXPECT_EQ(Results(Collect()), (Figures{{"dumped", 4}}));
}

TEST_F(NamespaceTurnsTest, FailWhenNoTurnSucceedsAndTellOfThoseThatDoNot) {
  namespaces_.all[1] = WithTcp("a", {});
  namespaces_.all[1].counters.udp_in_use = 1;
  namespaces_.all[1].dump_error = DumpError{DumpErrorReason::kInterrupted, "too much changed"};
  static_cast<void>(Collect());
  EXPECT_EQ(error_, "too much changed");
  namespaces_.all[2] = WithTcp("b", {});
  static_cast<void>(Collect());
  EXPECT_EQ(error_, "");
  EXPECT_EQ(lack_, "too much changed");
  namespaces_.all.erase(1);
  namespaces_.is_cut = true;
  static_cast<void>(Collect());
  EXPECT_EQ(lack_, "there are more than 1024, the others are not shown");
  namespaces_.is_cut = false;
  static_cast<void>(Collect());
  EXPECT_EQ(lack_, "");
}

TEST_F(NamespaceTurnsTest, ThatAreRefusedStaySoUntilTheirNextTurnAndDoNotAge) {
  namespaces_.all[1] = WithTcp("a", {});
  namespaces_.all[1].error = NamespaceError{NamespaceErrorReason::kRefused, "no"};
  namespaces_.all[2] = WithTcp("b", {});
  static_cast<void>(Collect());
  // Now there is nothing left to spend.
  cost_ = seconds(5);
  static_cast<void>(Collect());
  clock_.Advance(seconds(15));
  const Samples samples = Collect();
  EXPECT_EQ(Results(samples), (Figures{{"refused", 1}, {"stale", 1}}));
  namespaces_.all.erase(2);
  EXPECT_EQ(ValueOf(Collect(), NamespacesCollector::kOldestAge), 0);
}

TEST_F(NamespaceTurnsTest, FailWithWhatIsNeededWhenAllAreRefused) {
  const NamespaceError refusal{NamespaceErrorReason::kRefused, "setns: Operation not permitted"};
  namespaces_.all[1] = WithTcp("a", {});
  namespaces_.all[1].error = refusal;
  static_cast<void>(Collect());
  EXPECT_EQ(error_, refusal.message);
  namespaces_.all[2] = WithTcp("b", {});
  EXPECT_EQ(Results(Collect()), (Figures{{"dumped", 1}, {"refused", 1}}));
  namespaces_.find_error = refusal;
  static_cast<void>(Collect());
  EXPECT_EQ(error_, refusal.message);
}

TEST_F(NamespaceTurnsTest, AreWalkedAnewByOtherRules) {
  namespaces_.all[1] = WithTcp("a", {Listener("0.0.0.0:80")});
  static_cast<void>(Collect());
  rules_ = {{.name = "web"}};
  Configure();
  const Samples samples = Collect();
  EXPECT_EQ(namespaces_.dumps, Texts{"1 tcp"});
  EXPECT_EQ(ValueOf(samples, ServiceTally::kServiceSockets, "tcp web inbound listen namespaces"),
            1);
}

}  // namespace
}  // namespace sockdiag
