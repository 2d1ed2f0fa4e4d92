// Whose sockets: from cgroup ids to what is shown.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collectors/owners_by_name.h"
#include "tests/support/figures.h"
#include "tests/support/records.h"
#include "tests/support/socket_scrapes.h"

namespace sockdiag {
namespace {

using testing::Figures;
using testing::FiguresOf;
using testing::Listener;
using testing::SocketConfiguration;
using testing::SocketScrapes;
using testing::Tcp;
using testing::Udp;
using testing::ValueOf;
using Records = std::vector<SocketRecord>;
constexpr auto kUp = SocketState::kEstablished;
constexpr std::uint64_t kNginx = 8;
constexpr std::uint64_t kRedis = 9;
constexpr std::uint64_t kUserSlice = 10;
constexpr std::uint64_t kPod = 11;
constexpr std::uint64_t kContainer = 12;
constexpr std::uint64_t kHostile = 13;

SocketRecord In(std::uint64_t cgroup, SocketRecord record) {
  record.cgroup_id = cgroup;
  return record;
}

class OwnerSockets : public ::testing::Test {
 protected:
  OwnerSockets() { owners_.SetRetention(Limits().retention); }

  Figures Shown(const Samples& samples) const { return FiguresOf(samples, OwnersByName::kSockets); }

  static Figures Info(const Samples& samples) { return FiguresOf(samples, OwnersByName::kInfo); }

  const std::string kUid = "1a3e41ec-a00b-4e2d-9c77-31cb00000001";
  const std::string kId = std::string(64, 'c');
  const std::string kShortId = std::string(12, 'c');
  testing::FakeClock clock_;
  std::map<std::uint64_t, std::string> tree_{{kNginx, "/system.slice/nginx.service"},
                                             {kRedis, "/system.slice/redis.service"},
                                             {kUserSlice, "/user.slice"},
                                             {kPod, "/kubepods/pod" + kUid},
                                             {kContainer, "/docker/" + kId}};
  PodNames pod_names_;
  Owners owners_{[this](const CgroupVisitor& visit) -> Result<void> {
                   for (const auto& [id, path] : tree_) visit(id, path);
                   return {};
                 },
                 [](const std::string&) {}, clock_,
                 PodNaming{[this] { return pod_names_; }, [](const std::string&) {}}};
  SocketConfiguration configuration_{.owners = &owners_};
};

TEST_F(OwnerSockets, AreCountedByOwnerProtocolAndState) {
  SocketScrapes scrapes(configuration_);
  EXPECT_EQ(
      Shown(scrapes.Scrape(Records{In(kNginx, Listener("0.0.0.0:80")),
                                   In(kNginx, Tcp(kUp, "10.0.0.1:80", "10.0.0.2:50000")),
                                   In(kRedis, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                                   In(kUserSlice, Tcp(kUp, "10.0.0.1:50001", "10.0.0.2:443"))},
                           Records{In(kRedis, Udp("0.0.0.0:53"))})),
      (Figures{{"unit nginx.service tcp listen", 1},
               {"unit nginx.service tcp established", 1},
               {"unit redis.service tcp established", 1},
               {"unit redis.service udp unconnected", 1},
               {"none none tcp established", 1}}));
}

TEST_F(OwnerSockets, WithoutCgroupHaveTheirListenersOwner) {
  const auto left = SocketState::kTimeWait;
  SocketScrapes scrapes(configuration_);
  EXPECT_EQ(Shown(scrapes.Scrape(Records{
                In(kNginx, Listener("0.0.0.0:80")), In(kRedis, Listener("[::]:6379")),
                In(kNginx, Listener("127.0.0.1:6379")), Tcp(left, "10.0.0.1:80", "10.0.0.2:50000"),
                Tcp(left, "10.0.0.1:6379", "10.0.0.2:50000"),
                Tcp(left, "127.0.0.1:6379", "127.0.0.1:50000"),
                Tcp(left, "10.0.0.1:50000", "10.0.0.2:80")})),
            (Figures{{"unit nginx.service tcp listen", 2},
                     {"unit redis.service tcp listen", 1},
                     {"unit nginx.service tcp time_wait", 2},
                     {"unit redis.service tcp time_wait", 1},
                     {"none none tcp time_wait", 1}}));
}

TEST_F(OwnerSockets, WithoutCgroupAreTheOnlyOwners) {
  SocketScrapes scrapes(configuration_);
  EXPECT_EQ(
      Shown(scrapes.Scrape(Records{In(kNginx, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                                   Tcp(SocketState::kTimeWait, "10.0.0.1:50001", "10.0.0.2:443")})),
      (Figures{{"unit nginx.service tcp established", 1},
               {"unit nginx.service tcp time_wait", 1}}));
}

TEST_F(OwnerSockets, KeepEachStateAtZeroForTheRetention) {
  SocketScrapes scrapes(configuration_);
  static_cast<void>(
      scrapes.Scrape(Records{In(kNginx, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443"))}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Shown(scrapes.Scrape(Records())), (Figures{{"unit nginx.service tcp established", 0}}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Shown(scrapes.Scrape(Records())), Figures());
}

TEST_F(OwnerSockets, OfAProtocolWhoseDumpFailedAreNotShownAtZero) {
  SocketScrapes scrapes(configuration_);
  const Records tcp{In(kNginx, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443"))};
  const Records udp{In(kRedis, Udp("0.0.0.0:53"))};
  const Figures both{{"unit nginx.service tcp established", 1},
                     {"unit redis.service udp unconnected", 1}};
  EXPECT_EQ(Shown(scrapes.Scrape(tcp, udp)), both);
  EXPECT_EQ(Shown(scrapes.Scrape(std::nullopt, udp)),
            (Figures{{"unit redis.service udp unconnected", 1}}));
  EXPECT_EQ(Shown(scrapes.Scrape(tcp, udp)), both);
}

TEST_F(OwnerSockets, OfAProtocolThatFailsForGoodDoNotHoldTheirPlacesForGood) {
  configuration_.limits.owners = 1;
  SocketScrapes scrapes(configuration_);
  static_cast<void>(scrapes.Scrape(Records{In(kNginx, Listener("0.0.0.0:80"))}, std::nullopt));
  const auto redis = [&] {
    return Shown(scrapes.Scrape(Records{In(kRedis, Listener("0.0.0.0:6379"))}, std::nullopt));
  };
  EXPECT_EQ(redis().at("unit other tcp listen"), 1);
  scrapes.clock.Advance(configuration_.limits.retention + std::chrono::seconds(1));
  EXPECT_EQ(redis().at("unit redis.service tcp listen"), 1);
}

/// Other network namespaces are asked over netlink all the same.
class OwnersBesideProc : public OwnerSockets {
 protected:
  OwnersBesideProc() {
    configuration_.watch.states = {SocketState::kCloseWait};
    scrapes_.emplace(configuration_);
  }

  /// Of TCP; no namespaces: their collector has failed.
  Samples Scrape(SourceKind own, std::optional<std::uint32_t> sockets_of_others) {
    scrapes_->source_kind = own;
    const Records records{In(kNginx, Tcp(SocketState::kCloseWait, "10.0.0.1:80", "10.0.0.2:81"))};
    SocketMemory::Round round = scrapes_->Count(records);
    round.are_namespaces_collected = true;
    if (!sockets_of_others) return scrapes_->Show(round);
    auto others = std::make_shared<NamespaceFindings>();
    const Owner pod{OwnerKind::kPod, "shop/cart-4"};
    for (std::uint32_t i = 0; i < *sockets_of_others; ++i) {
      others->owners.sockets[Index(Protocol::kTcp)][pod].states.Increment(SocketState::kCloseWait);
      ++others->owners.watched[{pod, SocketState::kCloseWait}].stuck;
    }
    round.namespaces = std::move(others);
    return scrapes_->Show(round);
  }

  const std::string kPodRow = "pod shop/cart-4 tcp close_wait";
  const std::string kUnitRow = "unit nginx.service tcp close_wait";
  std::optional<SocketScrapes> scrapes_;
};

TEST_F(OwnersBesideProc, OfOtherNamespacesAreShown) {
  const Samples samples = Scrape(SourceKind::kProc, 3);
  EXPECT_EQ(Shown(samples), (Figures{{kPodRow, 3}}));
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kStuckSockets),
            (Figures{{"pod shop/cart-4 close_wait", 3}}));
  const Samples after = Scrape(SourceKind::kProc, 0);
  EXPECT_EQ(Shown(after), (Figures{{kPodRow, 0}}));
  EXPECT_EQ(FiguresOf(after, OwnersByName::kStuckSockets),
            (Figures{{"pod shop/cart-4 close_wait", 0}}));
  EXPECT_EQ(Shown(Scrape(SourceKind::kProc, std::nullopt)), Figures()) << "not 0: nobody knows";
  EXPECT_EQ(Shown(Scrape(SourceKind::kProc, 0)), (Figures{{kPodRow, 0}}));
}

TEST_F(OwnersBesideProc, OfOurOwnAreNotShownAtZeroOnceNobodyTellsOfThem) {
  EXPECT_EQ(Shown(Scrape(SourceKind::kNetlink, 3)), (Figures{{kPodRow, 3}, {kUnitRow, 1}}));
  EXPECT_EQ(Shown(Scrape(SourceKind::kProc, 2)), (Figures{{kPodRow, 2}}));
  EXPECT_EQ(Shown(Scrape(SourceKind::kProc, 0)), (Figures{{kPodRow, 0}}));
  EXPECT_EQ(Shown(Scrape(SourceKind::kNetlink, 0)), (Figures{{kPodRow, 0}, {kUnitRow, 1}}));
}

TEST_F(OwnersBesideProc, GiveTheirPlacesUpAfterTheRetention) {
  configuration_.limits.owners = 1;
  scrapes_->Use(configuration_);
  EXPECT_EQ(Shown(Scrape(SourceKind::kNetlink, 0)), (Figures{{kUnitRow, 1}}));
  EXPECT_EQ(Shown(Scrape(SourceKind::kProc, 3)), (Figures{{"pod other tcp close_wait", 3}}));
  scrapes_->clock.Advance(configuration_.limits.retention + std::chrono::seconds(1));
  EXPECT_EQ(Shown(Scrape(SourceKind::kProc, 3)).at(kPodRow), 3);
}

TEST_F(OwnerSockets, BeyondTheLimitAreOtherOfTheirKind) {
  configuration_.limits.owners = 1;
  SocketScrapes scrapes(configuration_);
  const Samples samples =
      scrapes.Scrape(Records{In(kNginx, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                             In(kRedis, Tcp(kUp, "10.0.0.1:50001", "10.0.0.2:443")),
                             In(kRedis, Tcp(kUp, "10.0.0.1:50002", "10.0.0.2:443")),
                             In(kUserSlice, Tcp(kUp, "10.0.0.1:50003", "10.0.0.2:443"))});
  EXPECT_EQ(Shown(samples), (Figures{{"unit redis.service tcp established", 2},
                                     {"unit other tcp established", 1},
                                     {"none none tcp established", 1}}));
  EXPECT_EQ(ValueOf(samples, kFoldedKeys, "owners"), 1);
}

TEST_F(OwnerSockets, OfAUserTakeNoPlaceFromTheSystems) {
  constexpr std::uint64_t kUsers = 20;
  tree_[kUsers] = "/user.slice/user-1000.slice/user@1000.service/web.service";
  configuration_.limits.owners = 1;
  SocketScrapes scrapes(configuration_);
  const Records users{In(kUsers, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                      In(kUsers, Tcp(kUp, "10.0.0.1:50001", "10.0.0.2:443"))};
  EXPECT_EQ(Shown(scrapes.Scrape(users)),
            (Figures{{"unit user@1000.service/web.service tcp established", 2}}));
  Records both = users;
  both.push_back(In(kNginx, Tcp(kUp, "10.0.0.1:50002", "10.0.0.2:443")));
  EXPECT_EQ(Shown(scrapes.Scrape(both)), (Figures{{"unit nginx.service tcp established", 1},
                                                  {"unit other tcp established", 2}}));
}

TEST_F(OwnerSockets, OfAUsersContainerHaveNobodyElsesName) {
  constexpr std::uint64_t kUsers = 20;
  tree_[kUsers] = "/user.slice/user-1000.slice/user@1000.service/docker-" + kId + ".scope";
  pod_names_.containers[kId] = {{"shop", "cart-4"}, "web"};
  SocketScrapes scrapes(configuration_);
  const Samples samples =
      scrapes.Scrape(Records{In(kUsers, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443"))});
  const std::string name = "container user@1000.service/" + kShortId;
  EXPECT_EQ(Shown(samples), (Figures{{name + " tcp established", 1}}));
  EXPECT_EQ(Info(samples), (Figures{{name + "    " + kId, 1}}));
}

TEST_F(OwnerSockets, AreWatchedByOwner) {
  WatchOptions watch;
  watch.states = {SocketState::kCloseWait, SocketState::kSynRecv};
  watch.stuck_after[Index(SocketState::kCloseWait)] = std::chrono::seconds(60);
  configuration_.watch = watch;
  SocketScrapes scrapes(configuration_);
  const auto leak = [](std::uint64_t cookie, std::uint64_t cgroup) {
    SocketRecord record =
        In(cgroup, Tcp(SocketState::kCloseWait, "10.0.0.1:50000", "10.0.0.2:443"));
    record.cookie = cookie;
    return record;
  };
  SocketRecord handshake = Tcp(SocketState::kSynRecv, "10.0.0.1:80", "10.0.0.2:50000");
  handshake.cookie = 9;
  const Records first{In(kNginx, Listener("0.0.0.0:80")), leak(1, kNginx), leak(2, kRedis)};
  scrapes.Sample(first);
  scrapes.clock.Advance(std::chrono::seconds(61));
  Records second = first;
  second.push_back(leak(3, kRedis));
  second.push_back(handshake);
  const Samples samples = scrapes.Scrape(second);
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kStuckSockets),
            (Figures{{"unit nginx.service close_wait", 1},
                     {"unit nginx.service syn_recv", 0},
                     {"unit redis.service close_wait", 1}}));
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kOldestSocketAge),
            (Figures{{"unit nginx.service close_wait", 61},
                     {"unit nginx.service syn_recv", 0},
                     {"unit redis.service close_wait", 61}}));
  const Samples after = scrapes.Scrape(Records{leak(2, kRedis)});
  EXPECT_EQ(FiguresOf(after, OwnersByName::kStuckSockets),
            (Figures{{"unit nginx.service close_wait", 0},
                     {"unit nginx.service syn_recv", 0},
                     {"unit redis.service close_wait", 1}}));
}

TEST_F(OwnerSockets, HaveTheFullestListenersSaturation) {
  SocketScrapes scrapes(configuration_);
  const auto listener = [](const std::string& local, std::uint32_t waiting) {
    SocketRecord record = In(kNginx, Listener(local));
    record.receive_queue = waiting;
    record.send_queue = 10;
    return record;
  };
  const Samples samples =
      scrapes.Scrape(Records{listener("0.0.0.0:80", 2), listener("0.0.0.0:81", 7)});
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kListenQueueSaturation),
            (Figures{{"unit nginx.service", 0.7}}));
}

TEST_F(OwnerSockets, HaveTheFullestDestinationsShareOfThePorts) {
  SocketScrapes scrapes(configuration_);
  const auto ports = static_cast<double>(60999 - 32768 + 1);
  const Samples samples =
      scrapes.Scrape(Records{In(kNginx, Tcp(kUp, "10.0.0.1:40000", "10.0.0.2:443")),
                             In(kNginx, Tcp(kUp, "10.0.0.1:40001", "10.0.0.2:443")),
                             In(kNginx, Tcp(kUp, "10.0.0.1:40002", "10.0.0.3:443")),
                             In(kRedis, Tcp(kUp, "10.0.0.1:40003", "10.0.0.2:443")),
                             Tcp(SocketState::kTimeWait, "10.0.0.1:40004", "10.0.0.2:443")});
  EXPECT_EQ(FiguresOf(samples, OwnersByName::kEphemeralPortsSaturation),
            (Figures{{"unit nginx.service", 2 / ports},
                     {"unit redis.service", 1 / ports},
                     {"none none", 1 / ports}}));
  EXPECT_EQ(ValueOf(samples, EphemeralPortsTally::kMaxUsedPerDestination), 4);
}

TEST_F(OwnerSockets, AreMatchedByGlobsOfTwoSpecialCharacters) {
  tree_[kNginx] = "/system.slice/a[1]\\b.service";
  tree_[kRedis] = "/system.slice/a1b.service";
  ServiceRule rule;
  rule.name = "one";
  rule.owner = "a[1]\\?.serv*";
  configuration_.rules = {rule};
  SocketScrapes scrapes(configuration_);
  const Samples samples =
      scrapes.Scrape(Records{In(kNginx, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                             In(kRedis, Tcp(kUp, "10.0.0.1:50001", "10.0.0.2:443"))});
  EXPECT_EQ(testing::NonZero(FiguresOf(samples, ServiceTally::kServiceSockets)),
            (Figures{{"tcp one outbound established", 1}, {"tcp other outbound established", 1}}));
}

TEST_F(OwnerSockets, GiveServicesTheirNamesByRule) {
  configuration_.rules = {{.name = "cache", .owner = "redis.*"}};
  SocketScrapes scrapes(configuration_);
  const Samples samples =
      scrapes.Scrape(Records{In(kNginx, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                             In(kRedis, Tcp(kUp, "10.0.0.1:50001", "10.0.0.2:443"))});
  EXPECT_EQ(
      testing::NonZero(FiguresOf(samples, ServiceTally::kServiceSockets)),
      (Figures{{"tcp cache outbound established", 1}, {"tcp other outbound established", 1}}));
}

TEST_F(OwnerSockets, OfPodsAndContainersSayWhatElseIsKnownOfThem) {
  pod_names_.pods[kUid] = {"shop", "cart-4"};
  SocketScrapes scrapes(configuration_);
  const Samples samples =
      scrapes.Scrape(Records{In(kPod, Listener("0.0.0.0:8080")),
                             In(kPod, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                             In(kNginx, Tcp(kUp, "10.0.0.1:50001", "10.0.0.2:443")),
                             Tcp(SocketState::kTimeWait, "10.0.0.1:8080", "10.0.0.2:50000")},
                     Records{In(kContainer, Udp("0.0.0.0:53"))});
  EXPECT_EQ(Shown(samples), (Figures{{"pod shop/cart-4 tcp listen", 1},
                                     {"pod shop/cart-4 tcp established", 1},
                                     {"pod shop/cart-4 tcp time_wait", 1},
                                     {"unit nginx.service tcp established", 1},
                                     {"container " + kShortId + " udp unconnected", 1}}));
  EXPECT_EQ(Info(samples), (Figures{{"pod shop/cart-4 shop cart-4  ", 1},
                                    {"container " + kShortId + "    " + kId, 1}}));
}

TEST_F(OwnerSockets, OfAnOnlyPodKeepWhatIsKnownOfIt) {
  pod_names_.pods[kUid] = {"shop", "cart-4"};
  SocketScrapes scrapes(configuration_);
  EXPECT_EQ(
      Info(scrapes.Scrape(Records{In(kPod, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443")),
                                  Tcp(SocketState::kTimeWait, "10.0.0.1:50001", "10.0.0.2:443")})),
      (Figures{{"pod shop/cart-4 shop cart-4  ", 1}}));
}

TEST_F(OwnerSockets, OfAContainerHaveItsNameWhereTheListingTells) {
  pod_names_.containers[kId] = {{"shop", "cart-4"}, "web"};
  SocketScrapes scrapes(configuration_);
  EXPECT_EQ(Info(scrapes.Scrape(Records{In(kContainer, Listener("0.0.0.0:80"))})),
            (Figures{{"container " + kShortId + " shop cart-4 web " + kId, 1}}));
}

TEST_F(OwnerSockets, OfAPodGoOverToItsNameWhenThatComesToBeKnown) {
  configuration_.limits.owners = 1;  // There is no other place for the name.
  SocketScrapes scrapes(configuration_);
  const Records records{In(kPod, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443"))};
  const Samples before = scrapes.Scrape(records);
  EXPECT_EQ(Shown(before), (Figures{{"pod " + kUid + " tcp established", 1}}));
  EXPECT_EQ(Info(before), (Figures{{"pod " + kUid + "    ", 1}}));
  pod_names_.pods[kUid] = {"shop", "cart-4"};
  clock_.Advance(Owners::kLeastBetweenReads);
  const Samples after = scrapes.Scrape(records);
  EXPECT_EQ(Shown(after), (Figures{{"pod shop/cart-4 tcp established", 1}}));
  EXPECT_EQ(Info(after), (Figures{{"pod shop/cart-4 shop cart-4  ", 1}}));
}

TEST_F(OwnerSockets, HaveARowOfInfoForAsLongAsTheyAreShown) {
  SocketScrapes scrapes(configuration_);
  static_cast<void>(scrapes.Scrape(Records{In(kContainer, Listener("0.0.0.0:80"))}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  const Samples silent = scrapes.Scrape(Records());
  EXPECT_EQ(Shown(silent), (Figures{{"container " + kShortId + " tcp listen", 0}}));
  EXPECT_EQ(Info(silent), (Figures{{"container " + kShortId + "    " + kId, 1}}));
  scrapes.clock.Advance(std::chrono::minutes(10));
  EXPECT_EQ(Info(scrapes.Scrape(Records())), Figures());
}

TEST_F(OwnerSockets, WithoutPlaceHaveNoRowOfInfo) {
  configuration_.limits.owners = 1;
  SocketScrapes scrapes(configuration_);
  const Records records{In(kContainer, Listener("0.0.0.0:80")),
                        In(kContainer, Listener("0.0.0.0:81")), In(kPod, Listener("0.0.0.0:8080"))};
  const Samples samples = scrapes.Scrape(records);
  EXPECT_EQ(Shown(samples),
            (Figures{{"container " + kShortId + " tcp listen", 2}, {"pod other tcp listen", 1}}));
  EXPECT_EQ(Info(samples), (Figures{{"container " + kShortId + "    " + kId, 1}}));
  configuration_.limits.owners = 0;
  scrapes.Use(configuration_);
  EXPECT_EQ(Info(scrapes.Scrape(records)), Figures());
}

TEST_F(OwnerSockets, OfAHostileNameChangeNothingButTheirLabel) {
  const Records others{In(kNginx, Listener("0.0.0.0:80")), In(kPod, Listener("0.0.0.0:8080"))};
  SocketScrapes quiet(configuration_);
  Figures expected = Shown(quiet.Scrape(others));
  expected.emplace("unit a\\xff\\x0a\"},\\xc3.service tcp listen", 1);
  tree_[kHostile] = "/system.slice/a\xff\n\"},\xc3.service";
  clock_.Advance(Owners::kLeastBetweenReads);
  Records records = others;
  records.push_back(In(kHostile, Listener("0.0.0.0:81")));
  SocketScrapes scrapes(configuration_);
  EXPECT_EQ(Shown(scrapes.Scrape(records)), expected);
}

TEST_F(OwnerSockets, AreNotShownWhereTheyAreNotLookedFor) {
  SocketScrapes scrapes;
  const Samples samples =
      scrapes.Scrape(Records{In(kNginx, Tcp(kUp, "10.0.0.1:50000", "10.0.0.2:443"))});
  EXPECT_FALSE(samples.Has(OwnersByName::kSockets));
  EXPECT_EQ(FiguresOf(samples, kFoldedKeys), (Figures{{"ports", 0}, {"services", 0}}));
}

}  // namespace
}  // namespace sockdiag
