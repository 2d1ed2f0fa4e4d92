// Other network namespaces: whose turn it is, what a turn costs, and what is shown of all.
#include "collectors/namespaces.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "collectors/owners_by_name.h"
#include "collectors/socket_memory.h"
#include "sockets/watch/stuck_ports.h"
#include "sockets/watch/watch_figures.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_namespaces.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"

namespace sockdiag {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeNamespaces;
using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::NonZero;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using Texts = std::vector<std::string>;
constexpr auto kUp = SocketState::kEstablished;
const std::string kContainerId(64, 'c');
const std::string kContainerPath = "/docker/" + kContainerId;
const std::string kPodUid = "12345678-1234-1234-1234-123456789abc";
const std::string kPodPath = "/kubepods/pod" + kPodUid + "/" + std::string(64, 'd');

FakeNamespaces::One Named(const std::string& name) {
  FakeNamespaces::One one;
  one.found.name = name;
  return one;
}

/// Its counters are those of its sockets.
FakeNamespaces::One WithTcp(const std::string& name, std::vector<SocketRecord> sockets) {
  FakeNamespaces::One one = Named(name);
  for (const SocketRecord& socket : sockets) {
    const bool is_counted =
        socket.state != SocketState::kTimeWait && socket.state != SocketState::kSynRecv;
    if (is_counted) ++one.counters.tcp_in_use;
    if (socket.state == SocketState::kTimeWait) ++one.counters.tcp_time_wait;
  }
  one.tables[Protocol::kTcp] = std::move(sockets);
  return one;
}

class NamespacesTest : public ::testing::Test {
 protected:
  NamespacesTest() {
    watch_.states = {SocketState::kCloseWait};
    watch_.stuck_after[Index(SocketState::kCloseWait)] = seconds(60);
    Configure();
  }

  void Configure() {
    matcher_ =
        std::make_shared<ServiceMatcher>(rules_, ServicesDatabase(), memory_.names(), fallback_);
    generation_ = memory_.NewGeneration();
    memory_.Configure({.limits = limits_,
                       .watch = watch_,
                       .configured = matcher_->configured(),
                       .generation = generation_});
    collector_ = std::make_unique<NamespacesCollector>(NamespacesEnvironment{
        .reach = {.helper = &namespaces_,
                  .make_source = namespaces_.MakeSource(),
                  .listener = [this](const std::string& lack) { lack_ = lack; },
                  .cpu_budget = cpu_budget_},
        .memory = memory_.namespaces(),
        .matcher = matcher_,
        .owners = &owners_,
        .generation = generation_,
        .watch = watch_,
        .is_collected = is_collected_,
        .collects_drops = collects_drops_,
        .errors = memory_.errors(),
        .cpu_clock = [this] { return cpu_ += cost_; },
        .clock = clock_});
  }

  /// What one collection shows of namespaces; a failure is kept as the error.
  Samples Collect() {
    namespaces_.dumps.clear();
    Findings findings;
    const Result<void> collected = collector_->Collect(findings);
    error_ = collected ? "" : collected.error().message;
    SocketMemory::Round round;
    round.generation = generation_;
    round.are_drops_collected = collects_drops_;
    round.owners = &owners_;
    round.are_namespaces_collected = true;
    round.namespaces = findings.namespaces;
    memory_.Show(round, findings.samples);
    last_round_ = round;
    return std::move(findings.samples);
  }
  /// The same again, as for two scrapes that share a collection that was late.
  Samples ShowAgain() {
    Samples samples;
    memory_.Show(last_round_, samples);
    return samples;
  }
  static Figures Results(const Samples& samples) {
    return NonZero(FiguresOf(samples, NamespacesCollector::kNamespaces));
  }

  SocketMemory::Round last_round_;
  std::uint64_t datagrams_ = 0;
  testing::FakeClock clock_;
  SocketMemory memory_{clock_};
  FakeNamespaces namespaces_;
  Owners owners_{[](const CgroupVisitor& visit) -> Result<void> {
                   visit(7, "/system.slice/nginx.service");
                   visit(8, kContainerPath);
                   visit(9, kPodPath);
                   return {};
                 },
                 [](const std::string&) {}, clock_, PodNaming{[this] { return pod_names_; }}};
  /// What the folders of logs tell.
  PodNames pod_names_;
  std::vector<ServiceRule> rules_;
  ServicesFallback fallback_ = ServicesFallback::kOther;
  Limits limits_;
  WatchOptions watch_;
  ProtocolFlags is_collected_{true, true};
  bool collects_drops_ = true;
  std::optional<double> cpu_budget_ = 0.05;
  std::chrono::nanoseconds cpu_{0};
  /// Half of what each step costs.
  std::chrono::nanoseconds cost_{0};
  std::uint64_t generation_ = 0;
  std::shared_ptr<const ServiceMatcher> matcher_;
  std::unique_ptr<NamespacesCollector> collector_;
  std::string error_;
  /// What is wrong with some namespace.
  std::string lack_;
};

TEST_F(NamespacesTest, AreClassifiedEachWithItsOwnListenersAndShownTogether) {
  // The same port: served in one of them, asked for from the other.
  namespaces_.all[1] =
      WithTcp("a", {Listener("0.0.0.0:40000"), Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:41000")});
  namespaces_.all[2] = WithTcp("b", {Tcp(kUp, "10.0.0.2:40000", "10.0.0.1:443")});
  namespaces_.all[2].tables[Protocol::kUdp] = {Udp("0.0.0.0:53")};
  namespaces_.all[2].counters.udp_in_use = 1;
  const Samples samples = Collect();
  EXPECT_EQ(error_, "");
  EXPECT_EQ(NonZero(FiguresOf(samples, PortTally::kPortSockets)),
            (Figures{{"tcp 40000 inbound listen namespaces", 1},
                     {"tcp 40000 inbound established namespaces", 1},
                     {"tcp 443 outbound established namespaces", 1},
                     {"udp 53 inbound unconnected namespaces", 1}}));
  EXPECT_EQ(NonZero(FiguresOf(samples, FamilyTally::kSockets)),
            (Figures{{"tcp ipv4 listen namespaces", 1},
                     {"tcp ipv4 established namespaces", 2},
                     {"udp ipv4 unconnected namespaces", 1}}));
  EXPECT_EQ(Results(samples), (Figures{{"dumped", 2}}));
}

TEST_F(NamespacesTest, HaveTheirOwnPortRange) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:8080", "10.0.0.2:9000")});
  namespaces_.all[1].port_range = "9000\t9009\n";
  const Samples samples = Collect();
  EXPECT_EQ(NonZero(FiguresOf(samples, PortTally::kPortSockets)),
            (Figures{{"tcp 8080 inbound established namespaces", 1}}));
}

TEST_F(NamespacesTest, NameUnnamedPortsByTheirOwnRange) {
  fallback_ = ServicesFallback::kNumber;
  Configure();
  // A port that clients get here by default, and 8080, each beyond the other one's range.
  const auto peer = [](const std::string& remote) { return Tcp(kUp, "10.0.0.1:9001", remote); };
  namespaces_.all[1] = WithTcp("a", {peer("10.0.0.2:40000"), peer("10.0.0.2:8080")});
  namespaces_.all[1].port_range = "8000 9009";
  EXPECT_EQ(NonZero(FiguresOf(Collect(), ServiceTally::kServiceSockets)),
            (Figures{{"tcp 40000 outbound established namespaces", 1},
                     {"tcp other outbound established namespaces", 1}}));
}

TEST_F(NamespacesTest, ShowOwnersAndWhoseTheNamespaceIs) {
  SocketRecord nginx = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443");
  nginx.cgroup_id = 7;
  const SocketRecord left = Tcp(SocketState::kTimeWait, "10.0.0.1:40001", "10.0.0.2:443");
  SocketRecord unknown = Tcp(kUp, "10.0.0.1:40002", "10.0.0.2:443");
  unknown.cgroup_id = 99;
  namespaces_.all[1] = WithTcp("only-nginx", {nginx, left});
  namespaces_.all[2] = WithTcp("blue", {nginx, left, unknown});
  namespaces_.all[3] = WithTcp("", {left});
  namespaces_.all[4] = WithTcp("red", {left});
  namespaces_.all[4].found.cgroup = "/machine.slice/machine-db.scope";
  namespaces_.all[5] = WithTcp("init", {left});
  namespaces_.all[5].found.is_host = true;
  namespaces_.all[6] = WithTcp("host", {left});
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kSockets),
            (Figures{{"unit nginx.service tcp established", 2},
                     {"unit nginx.service tcp time_wait", 1},
                     {"netns blue tcp established", 1},
                     {"netns blue tcp time_wait", 1},
                     {"netns other tcp time_wait", 1},
                     {"machine db tcp time_wait", 1},
                     {"netns host tcp time_wait", 1},
                     {"netns /run/netns/host tcp time_wait", 1}}));
}

TEST_F(NamespacesTest, KeepWhatIsKnownOfAnOwnerThatSocketsOfNobodyAreCountedFor) {
  pod_names_.pods[kPodUid] = {"shop", "cart-4"};
  // In a cgroup that is not known yet, and so its processes' owner's.
  SocketRecord unknown = Tcp(kUp, "10.0.0.1:40002", "10.0.0.2:443");
  unknown.cgroup_id = 99;
  SocketRecord own = Tcp(kUp, "10.0.0.1:40003", "10.0.0.2:443");
  own.cgroup_id = 8;
  namespaces_.all[1] = WithTcp("", {unknown, own});
  namespaces_.all[1].found.cgroup = kContainerPath;
  namespaces_.all[2] = WithTcp("", {unknown});
  namespaces_.all[2].found.cgroup = kPodPath;
  const Samples samples = Collect();
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kSockets),
            (Figures{{"container cccccccccccc tcp established", 2},
                     {"pod shop/cart-4 tcp established", 1}}));
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kInfo),
            (Figures{{"container cccccccccccc    " + kContainerId, 1},
                     {"pod shop/cart-4 shop cart-4  ", 1}}));
}

TEST_F(NamespacesTest, KeepWhatIsKnownOfAnOwnerWhenAnotherTurnIsOlder) {
  SocketRecord own = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443");
  own.cgroup_id = 8;
  namespaces_.all[1] = WithTcp("", {own});
  namespaces_.all[2] = WithTcp("", {own});
  static_cast<void>(Collect());
  // The container's name comes to be known when an unknown cgroup makes the tree be read again.
  pod_names_.containers[kContainerId] = {{"shop", "cart-4"}, "db"};
  clock_.Advance(Owners::kLeastBetweenReads);
  SocketRecord unknown = own;
  unknown.cgroup_id = 99;
  namespaces_.all[1].tables[Protocol::kTcp] = {unknown, own};
  namespaces_.all[2].dump_error = DumpError{DumpErrorReason::kInterrupted, "too much changed"};
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kInfo),
            (Figures{{"container cccccccccccc shop cart-4 db " + kContainerId, 1}}));
}

TEST_F(NamespacesTest, LeaveOutOurOwnAndForgetWhatWasDeleted) {
  namespaces_.all[1] = WithTcp("ours", {Listener("0.0.0.0:80")});
  namespaces_.all[1].found.is_own = true;
  namespaces_.all[2] = WithTcp("theirs", {Listener("0.0.0.0:80")});
  EXPECT_EQ(ValueOf(Collect(), FamilyTally::kSockets, "tcp ipv4 listen namespaces"), 1);
  namespaces_.all.erase(2);
  const Samples samples = Collect();
  EXPECT_EQ(ValueOf(samples, FamilyTally::kSockets, "tcp ipv4 listen namespaces"), 0);
  EXPECT_EQ(Results(samples), Figures());
  EXPECT_TRUE(memory_.namespaces().known().empty());
}

TEST_F(NamespacesTest, AreForgottenWhenTheyGoBetweenFindingAndOpening) {
  namespaces_.all[1] = WithTcp("a", {Listener("0.0.0.0:80")});
  namespaces_.all[1].error = NamespaceError{NamespaceErrorReason::kGone, "it is gone"};
  const Samples samples = Collect();
  EXPECT_EQ(error_, "");
  EXPECT_EQ(Results(samples), Figures());
}

TEST_F(NamespacesTest, AreOthersWhenAnotherHasTheirNumber) {
  const auto connected = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443");
  const auto established = [&](const Samples& samples) {
    return testing::SumOf(samples, FamilyTally::kSockets, "tcp");
  };
  namespaces_.all[1] = WithTcp("a", {connected, connected});
  namespaces_.all[1].cookie = 70;
  EXPECT_EQ(established(Collect()), 2);
  // One that looks the same from without, until it is entered.
  namespaces_.all[1] = WithTcp("a", {connected});
  namespaces_.all[1].cookie = 71;
  EXPECT_EQ(established(Collect()), 1);
  EXPECT_EQ(error_, "");
  // Its processes may change.
  namespaces_.all[1].found.cgroup = "/other";
  clock_.Advance(seconds(15));
  EXPECT_EQ(established(Collect()), 1);
}

TEST_F(NamespacesTest, AreOthersByTheirCgroupWhereThereAreNoCookies) {
  const auto connected = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443");
  namespaces_.all[1] = WithTcp("a", {connected, connected});
  static_cast<void>(Collect());
  namespaces_.all[1] = WithTcp("a", {connected});
  namespaces_.all[1].found.cgroup = "/other";
  EXPECT_EQ(testing::SumOf(Collect(), FamilyTally::kSockets, "tcp"), 1);
}

TEST_F(NamespacesTest, ThatAreRefusedHaveNoFiguresMore) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  namespaces_.all[2] = WithTcp("b", {Listener("0.0.0.0:80")});
  static_cast<void>(Collect());
  namespaces_.all[1].error = NamespaceError{NamespaceErrorReason::kRefused, "no"};
  const Samples samples = Collect();
  EXPECT_EQ(Results(samples), (Figures{{"idle", 1}, {"refused", 1}}));
  EXPECT_EQ(testing::SumOf(samples, FamilyTally::kSockets, "tcp"), 1);
}

TEST_F(NamespacesTest, AreOfNoOwnerOfAProtocolThatIsNoMoreCollected) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  EXPECT_EQ(testing::SumOf(Collect(), OwnersByName::kSockets, "netns"), 1);
  is_collected_[Index(Protocol::kTcp)] = false;
  // No turn comes.
  cost_ = seconds(5);
  Configure();
  EXPECT_EQ(testing::SumOf(Collect(), OwnersByName::kSockets, "netns"), 0);
}

struct IdleCase {
  const char* what;
  std::vector<SocketRecord> sockets;
  /// What changes before the second collection.
  std::function<void(FakeNamespaces::One&)> change;
  Texts dumps;
  bool is_idle;
};

TEST_F(NamespacesTest, AreNotWalkedWhileTheirCountersTellThatNothingChanged) {
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

TEST_F(NamespacesTest, AreWalkedForUdpWhenDatagramsOrSocketsCameOrAMinuteWent) {
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

TEST_F(NamespacesTest, TakeTurnsOldestFirstWithinTheBudget) {
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

TEST_F(NamespacesTest, NewcomersDoNotKeepTheOthersFromTheirTurns) {
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

TEST_F(NamespacesTest, WhatABusyTimeCostIsNotOwedForever) {
  namespaces_.all[1] = WithTcp("a", {});
  cost_ = seconds(100);
  static_cast<void>(Collect());
  cost_ = seconds(0);
  // Ten seconds are owed at most.
  clock_.Advance(seconds(201));
  static_cast<void>(Collect());
  EXPECT_EQ(namespaces_.dumps.size(), 1U);
}

TEST_F(NamespacesTest, WhatTheHelperSpendsIsOfTheBudget) {
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

TEST_F(NamespacesTest, TakeAllTurnsWithoutABudget) {
  for (NamespaceId id = 1; id <= 4; ++id) namespaces_.all[id] = WithTcp("a", {});
  cost_ = seconds(10);
  cpu_budget_.reset();
  Configure();
  EXPECT_EQ(Results(Collect()), (Figures{{"dumped", 4}}));
}

TEST_F(NamespacesTest, KeepTheirFiguresWhenADumpFails) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  static_cast<void>(Collect());
  namespaces_.all[1].dump_error = DumpError{DumpErrorReason::kInterrupted, "too much changed"};
  const Samples samples = Collect();
  EXPECT_EQ(error_, "");
  EXPECT_EQ(Results(samples), (Figures{{"stale", 1}}));
  EXPECT_EQ(ValueOf(samples, FamilyTally::kSockets, "tcp ipv4 established namespaces"), 1);
  EXPECT_EQ(memory_.errors().Count(Protocol::kTcp, DumpErrorReason::kInterrupted), 1U);
}

TEST_F(NamespacesTest, ShowTheProtocolWhoseDumpWorks) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  namespaces_.all[1].found.cgroup = kContainerPath;
  namespaces_.all[1].tables[Protocol::kUdp] = {Udp("0.0.0.0:53")};
  namespaces_.all[1].counters.udp_in_use = 1;
  namespaces_.all[1].failing = Protocol::kUdp;
  const Samples samples = Collect();
  EXPECT_EQ(Results(samples), (Figures{{"stale", 1}}));
  EXPECT_EQ(NonZero(FiguresOf(samples, FamilyTally::kSockets)),
            (Figures{{"tcp ipv4 established namespaces", 1}}));
  EXPECT_EQ(testing::SumOf(samples, OwnersByName::kSockets, "container"), 1);
  EXPECT_FALSE(
      FiguresOf(samples, FamilyTally::kSockets).contains("udp ipv4 unconnected namespaces"))
      << "nobody knows";
  EXPECT_EQ(lack_, "it failed");
  clock_.Advance(seconds(15));
  EXPECT_EQ(ValueOf(Collect(), NamespacesCollector::kOldestAge), 15);
  namespaces_.all[1].failing.reset();
  EXPECT_EQ(ValueOf(Collect(), FamilyTally::kSockets, "udp ipv4 unconnected namespaces"), 1);
  EXPECT_EQ(lack_, "");
}

TEST_F(NamespacesTest, ShowNothingOfAProtocolThatIsNotCollected) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  is_collected_[Index(Protocol::kUdp)] = false;
  Configure();
  const Samples samples = Collect();
  EXPECT_EQ(testing::SumOf(samples, FamilyTally::kSockets, "tcp"), 1);
  for (const auto& [labels, value] : FiguresOf(samples, FamilyTally::kSockets)) {
    EXPECT_TRUE(labels.starts_with("tcp")) << labels;
  }
}

TEST_F(NamespacesTest, LeaveTheirOwnersOutWhenTheyAreNotCollected) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  namespaces_.all[1].found.cgroup = kContainerPath;
  const std::string row = "container " + kContainerId.substr(0, 12) + " tcp established";
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kSockets), (Figures{{row, 1}}));
  namespaces_.find_error = NamespaceError{NamespaceErrorReason::kUnavailable, "it was killed"};
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kSockets), Figures()) << "not 0: nobody knows";
  namespaces_.find_error.reset();
  namespaces_.all.clear();
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kSockets), (Figures{{row, 0}}));
}

TEST_F(NamespacesTest, FailWhenNoTurnSucceedsAndTellOfThoseThatDoNot) {
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

TEST_F(NamespacesTest, ThatAreRefusedStaySoUntilTheirNextTurnAndDoNotAge) {
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

TEST_F(NamespacesTest, FailWithWhatIsNeededWhenAllAreRefused) {
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

TEST_F(NamespacesTest, AreWatchedEachForItself) {
  const auto leak = [](std::uint64_t cookie) {
    SocketRecord record = Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.2:443");
    record.cookie = cookie;
    return record;
  };
  // Before kernel 5.8 each namespace had cookies of its own.
  namespaces_.all[1] = WithTcp("a", {leak(1)});
  namespaces_.all[2] = WithTcp("b", {leak(1), leak(2)});
  static_cast<void>(Collect());
  clock_.Advance(seconds(61));
  namespaces_.all[2].tables[Protocol::kTcp].push_back(leak(3));
  const Samples samples = Collect();
  const std::string key = "other outbound close_wait namespaces";
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kStuckSockets, key), 3);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kOldestSocketAge, key), 61);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kStateEntries, key), 1);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kSocketsPeak, key), 4);
  for (auto& [id, known] : memory_.namespaces().known()) {
    EXPECT_TRUE(known.watch.Report().peaks.empty()) << "they are kept of all together";
  }
  EXPECT_EQ(ValueOf(samples, StuckPorts::kStuckSockets, "443 outbound close_wait namespaces"), 3);
  EXPECT_EQ(ValueOf(samples, OwnersByName::kStuckSockets, "netns b close_wait"), 2);
  EXPECT_EQ(ValueOf(Collect(), WatchFiguresByName::kStateEntries, key), 1) << "counted once";
}

TEST_F(NamespacesTest, CountByOwnerWhatIsDroppedAndSentAgain) {
  const auto fill = [&](std::uint32_t listen_drops, std::uint32_t receive_drops) {
    SocketRecord listener = Listener("0.0.0.0:80");
    listener.cookie = 1;
    listener.drops = listen_drops;
    SocketRecord receiver = Udp("0.0.0.0:53");
    receiver.cookie = 2;
    receiver.drops = receive_drops;
    FakeNamespaces::One one = WithTcp("a", {listener});
    one.tables[Protocol::kUdp] = {receiver};
    // More with each turn, so that none is idle.
    one.counters.udp_in_use = 1;
    one.counters.udp_datagrams = ++datagrams_;
    one.counters.tcp_segments_retransmitted = 100 + 2 * listen_drops;
    namespaces_.all[1] = one;
  };
  const auto counts = [](const Samples& samples) {
    return std::array{FiguresOf(samples, OwnersByName::kListenDrops),
                      FiguresOf(samples, OwnersByName::kReceiveDrops),
                      FiguresOf(samples, OwnersByName::kRetransmits)};
  };
  const auto all = [](double listen, double receive, double retransmits) {
    return std::array{Figures{{"netns a", listen}}, Figures{{"netns a", receive}},
                      Figures{{"netns a", retransmits}}};
  };
  fill(7, 8);
  EXPECT_EQ(counts(Collect()), all(0, 0, 0)) << "nobody knows when";
  fill(9, 8);
  EXPECT_EQ(counts(Collect()), all(2, 0, 4));
  EXPECT_EQ(counts(ShowAgain()), all(2, 0, 4));
  EXPECT_EQ(counts(Collect()), all(2, 0, 4)) << "counted once";
  fill(10, 11);
  EXPECT_EQ(counts(Collect()), all(3, 3, 6));
  namespaces_.all.clear();
  EXPECT_EQ(counts(Collect()), all(3, 3, 6)) << "no counter goes back";
}

TEST_F(NamespacesTest, ShowNoDropsWhereTheseAreTurnedOff) {
  namespaces_.all[1] = WithTcp("a", {Listener("0.0.0.0:80")});
  const auto has_drops = [](const Samples& samples) {
    return std::pair(samples.Has(OwnersByName::kListenDrops),
                     samples.Has(DropsByPort::kListenDrops));
  };
  EXPECT_EQ(has_drops(Collect()), std::pair(true, true));
  collects_drops_ = false;
  Configure();
  const Samples samples = Collect();
  EXPECT_EQ(has_drops(samples), std::pair(false, false)) << "nor rows that are retained";
  EXPECT_TRUE(samples.Has(OwnersByName::kRetransmits));
  EXPECT_EQ(ValueOf(samples, ListenerTally::kListeners, "tcp 80 other namespaces"), 1);
}

TEST_F(NamespacesTest, TrackNoMoreSocketsThanTheLimitTogether) {
  watch_.max_tracked_sockets = 3;
  Configure();
  std::uint64_t cookie = 0;
  for (NamespaceId id = 1; id <= 2; ++id) {
    std::vector<SocketRecord> sockets;
    for (int i = 0; i < 2; ++i) {
      sockets.push_back(Tcp(SocketState::kCloseWait, "10.0.0.1:40000", "10.0.0.2:443"));
      sockets.back().cookie = ++cookie;
    }
    namespaces_.all[id] = WithTcp("a", sockets);
  }
  const Samples samples = Collect();
  EXPECT_EQ(memory_.namespaces().tracked(), 3U);
  EXPECT_EQ(ValueOf(samples, WatchFiguresByName::kUntrackedSockets, "namespaces"), 1);
}

TEST_F(NamespacesTest, AreWalkedAnewByOtherRules) {
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
