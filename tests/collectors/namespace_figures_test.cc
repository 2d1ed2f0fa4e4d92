// Other network namespaces: what is shown of all together, and of whose.

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "collectors/owners_by_name.h"
#include "tests/collectors/namespaces_case.h"

namespace sockdiag {
namespace {

using std::chrono::seconds;
using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::NonZero;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using testing::WithTcp;
constexpr auto kUp = SocketState::kEstablished;

class NamespaceFiguresTest : public testing::NamespacesCase {};

TEST_F(NamespaceFiguresTest, AreClassifiedEachWithItsOwnListenersAndShownTogether) {
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

TEST_F(NamespaceFiguresTest, HaveTheirOwnPortRange) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:8080", "10.0.0.2:9000")});
  namespaces_.all[1].port_range = "9000\t9009\n";
  const Samples samples = Collect();
  EXPECT_EQ(NonZero(FiguresOf(samples, PortTally::kPortSockets)),
            (Figures{{"tcp 8080 inbound established namespaces", 1}}));
}

TEST_F(NamespaceFiguresTest, NameUnnamedPortsByTheirOwnRange) {
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

TEST_F(NamespaceFiguresTest, ShowOwnersAndWhoseTheNamespaceIs) {
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

TEST_F(NamespaceFiguresTest, KeepWhatIsKnownOfAnOwnerThatSocketsOfNobodyAreCountedFor) {
  pod_names_.pods[testing::kPodUid] = {"shop", "cart-4"};
  // In a cgroup that is not known yet, and so its processes' owner's.
  SocketRecord unknown = Tcp(kUp, "10.0.0.1:40002", "10.0.0.2:443");
  unknown.cgroup_id = 99;
  SocketRecord own = Tcp(kUp, "10.0.0.1:40003", "10.0.0.2:443");
  own.cgroup_id = 8;
  namespaces_.all[1] = WithTcp("", {unknown, own});
  namespaces_.all[1].found.cgroup = testing::kContainerPath;
  namespaces_.all[2] = WithTcp("", {unknown});
  namespaces_.all[2].found.cgroup = testing::kPodPath;
  const Samples samples = Collect();
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kSockets),
            (Figures{{"container cccccccccccc tcp established", 2},
                     {"pod shop/cart-4 tcp established", 1}}));
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kInfo),
            (Figures{{"container cccccccccccc    " + testing::kContainerId, 1},
                     {"pod shop/cart-4 shop cart-4  ", 1}}));
}

TEST_F(NamespaceFiguresTest, KeepWhatIsKnownOfAnOwnerWhenAnotherTurnIsOlder) {
  SocketRecord own = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443");
  own.cgroup_id = 8;
  namespaces_.all[1] = WithTcp("", {own});
  namespaces_.all[2] = WithTcp("", {own});
  static_cast<void>(Collect());
  // The container's name comes to be known when an unknown cgroup makes the tree be read again.
  pod_names_.containers[testing::kContainerId] = {{"shop", "cart-4"}, "db"};
  clock_.Advance(Owners::kLeastBetweenReads);
  SocketRecord unknown = own;
  unknown.cgroup_id = 99;
  namespaces_.all[1].tables[Protocol::kTcp] = {unknown, own};
  namespaces_.all[2].dump_error = DumpError{DumpErrorReason::kInterrupted, "too much changed"};
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kInfo),
            (Figures{{"container cccccccccccc shop cart-4 db " + testing::kContainerId, 1}}));
}

TEST_F(NamespaceFiguresTest, LeaveOutOurOwnAndForgetWhatWasDeleted) {
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

TEST_F(NamespaceFiguresTest, AreForgottenWhenTheyGoBetweenFindingAndOpening) {
  namespaces_.all[1] = WithTcp("a", {Listener("0.0.0.0:80")});
  namespaces_.all[1].error = NamespaceError{NamespaceErrorReason::kGone, "it is gone"};
  const Samples samples = Collect();
  EXPECT_EQ(error_, "");
  EXPECT_EQ(Results(samples), Figures());
}

TEST_F(NamespaceFiguresTest, AreOthersWhenAnotherHasTheirNumber) {
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

TEST_F(NamespaceFiguresTest, AreOthersByTheirCgroupWhereThereAreNoCookies) {
  const auto connected = Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443");
  namespaces_.all[1] = WithTcp("a", {connected, connected});
  static_cast<void>(Collect());
  namespaces_.all[1] = WithTcp("a", {connected});
  namespaces_.all[1].found.cgroup = "/other";
  EXPECT_EQ(testing::SumOf(Collect(), FamilyTally::kSockets, "tcp"), 1);
}

TEST_F(NamespaceFiguresTest, ThatAreRefusedHaveNoFiguresMore) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  namespaces_.all[2] = WithTcp("b", {Listener("0.0.0.0:80")});
  static_cast<void>(Collect());
  namespaces_.all[1].error = NamespaceError{NamespaceErrorReason::kRefused, "no"};
  const Samples samples = Collect();
  EXPECT_EQ(Results(samples), (Figures{{"idle", 1}, {"refused", 1}}));
  EXPECT_EQ(testing::SumOf(samples, FamilyTally::kSockets, "tcp"), 1);
}

TEST_F(NamespaceFiguresTest, AreOfNoOwnerOfAProtocolThatIsNoMoreCollected) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  EXPECT_EQ(testing::SumOf(Collect(), OwnersByName::kSockets, "netns"), 1);
  is_collected_[Index(Protocol::kTcp)] = false;
  // No turn comes.
  cost_ = seconds(5);
  Configure();
  EXPECT_EQ(testing::SumOf(Collect(), OwnersByName::kSockets, "netns"), 0);
}

TEST_F(NamespaceFiguresTest, KeepTheirFiguresWhenADumpFails) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  static_cast<void>(Collect());
  namespaces_.all[1].dump_error = DumpError{DumpErrorReason::kInterrupted, "too much changed"};
  const Samples samples = Collect();
  EXPECT_EQ(error_, "");
  EXPECT_EQ(Results(samples), (Figures{{"stale", 1}}));
  EXPECT_EQ(ValueOf(samples, FamilyTally::kSockets, "tcp ipv4 established namespaces"), 1);
  EXPECT_EQ(memory_.errors().Count(Protocol::kTcp, DumpErrorReason::kInterrupted), 1U);
}

TEST_F(NamespaceFiguresTest, ShowTheProtocolWhoseDumpWorks) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  namespaces_.all[1].found.cgroup = testing::kContainerPath;
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

TEST_F(NamespaceFiguresTest, ShowNothingOfAProtocolThatIsNotCollected) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  is_collected_[Index(Protocol::kUdp)] = false;
  Configure();
  const Samples samples = Collect();
  EXPECT_EQ(testing::SumOf(samples, FamilyTally::kSockets, "tcp"), 1);
  for (const auto& [labels, value] : FiguresOf(samples, FamilyTally::kSockets)) {
    EXPECT_TRUE(labels.starts_with("tcp")) << labels;
  }
}

TEST_F(NamespaceFiguresTest, LeaveTheirOwnersOutWhenTheyAreNotCollected) {
  namespaces_.all[1] = WithTcp("a", {Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")});
  namespaces_.all[1].found.cgroup = testing::kContainerPath;
  const std::string row = "container " + testing::kContainerId.substr(0, 12) + " tcp established";
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kSockets), (Figures{{row, 1}}));
  namespaces_.find_error = NamespaceError{NamespaceErrorReason::kUnavailable, "it was killed"};
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kSockets), Figures()) << "not 0: nobody knows";
  namespaces_.find_error.reset();
  namespaces_.all.clear();
  EXPECT_EQ(FiguresOf(Collect(), OwnersByName::kSockets), (Figures{{row, 0}}));
}

}  // namespace
}  // namespace sockdiag
