#include "sockets/naming/owners.h"

#include <gtest/gtest.h>

#include <map>
#include <ostream>
#include <string>

#include "tests/support/fake_clock.h"

namespace sockdiag {

void PrintTo(const Owner& owner, std::ostream* out) {
  *out << Name(owner.kind) << " " << owner.name;
}

namespace {

using std::chrono::minutes;

const Owner kNobody;
const Owner kNginx{OwnerKind::kUnit, "nginx.service"};
const Owner kRedis{OwnerKind::kUnit, "redis.service"};

TEST(OwnerOf, NamesPodsByUidAndContainersByTheirShortId) {
  const std::string id(64, 'c');
  EXPECT_EQ(OwnerOf({OwnerKind::kPod, {}, id, "uid"}), (Owner{OwnerKind::kPod, "uid"}));
  EXPECT_EQ(OwnerOf({OwnerKind::kContainer, {}, id, {}}),
            (Owner{OwnerKind::kContainer, std::string(12, 'c')}));
  EXPECT_EQ(OwnerOf({OwnerKind::kMachine, "web", {}, {}}), (Owner{OwnerKind::kMachine, "web"}));
  EXPECT_EQ(OwnerOf({}), kNobody);
}

TEST(OwnerOf, NamesAreValidAndBoundedWhateverThePathHolds) {
  const auto name = [](const std::string& path) { return OwnerOf(ParseCgroupPath(path)).name; };
  EXPECT_EQ(name("/system.slice/caf\xc3\xa9.service"), "caf\xc3\xa9.service");
  EXPECT_EQ(name("/system.slice/a\xff.service"), "a\\xff.service");
  EXPECT_EQ(name("/system.slice/a\\xffb.service"), "a\\xffb.service");
  EXPECT_EQ(name("/system.slice/a\n\"b\".service"), "a\\x0a\"b\".service");
  EXPECT_EQ(name("/lxc.payload.\xed\xa0\x80"), "\\xed\\xa0\\x80");
  EXPECT_EQ(name("/lxc/" + std::string(254, 'a') + "\xc3\xa9"), std::string(254, 'a'));
  EXPECT_EQ(name("/lxc/" + std::string(300, '\xff')).size(), 252U);
}

class OwnersTest : public ::testing::Test {
 protected:
  OwnersTest() { owners_.SetRetention(minutes(15)); }

  /// In a dump in which a socket has it.
  Owner In(std::uint64_t cgroup_id) {
    Owners::Pass pass = owners_.Begin();
    const OwnerId id = pass.Of(cgroup_id);
    EXPECT_EQ(pass.Of(cgroup_id), id);
    std::move(pass).Commit();
    return owners_.Name(id);
  }

  testing::FakeClock clock_;
  std::map<std::uint64_t, std::string> tree_{{7, "/system.slice"},
                                             {8, "/system.slice/nginx.service"}};
  std::string error_;
  /// Some of it was not read.
  bool is_cut_ = false;
  std::string told_ = "nothing";
  int reads_ = 0;
  PodNames pod_names_;
  std::string told_of_pods_ = "nothing";
  int reads_of_names_ = 0;
  Owners owners_{[this](const CgroupVisitor& visit) -> Result<void> {
                   ++reads_;
                   if (!error_.empty()) return Fail(error_);
                   for (const auto& [id, path] : tree_) visit(id, path);
                   if (is_cut_) return Fail("cut");
                   return {};
                 },
                 [this](const std::string& error) { told_ = error; }, clock_,
                 PodNaming{[this] {
                             ++reads_of_names_;
                             return pod_names_;
                           },
                           [this](const std::string& error) { told_of_pods_ = error; }}};
};

TEST_F(OwnersTest, ReadsTheTreeOnceForAllThatIsInIt) {
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(In(7), kNobody);
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(told_, "");
}

TEST_F(OwnersTest, ReadsNothingForSocketsWithoutCgroup) {
  EXPECT_EQ(In(0), kNobody);
  EXPECT_EQ(reads_, 0);
}

TEST_F(OwnersTest, ReadsAgainForAnUnknownIdWhenItIsTime) {
  EXPECT_EQ(In(8), kNginx);
  tree_[9] = "/system.slice/redis.service";
  EXPECT_EQ(In(9), kNobody) << "the tree was read just now";
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(In(9), kRedis);
  EXPECT_EQ(reads_, 2);
}

TEST_F(OwnersTest, NeverLooksTwiceForWhatIsNotThere) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(In(1000), kNobody);
    clock_.Advance(minutes(1));
  }
  EXPECT_EQ(reads_, 1);
}

TEST_F(OwnersTest, AUnitThatWasRestartedIsTheSameOwner) {
  Owners::Pass before = owners_.Begin();
  const OwnerId id = before.Of(8);
  tree_ = {{9, "/system.slice/nginx.service"}};
  clock_.Advance(minutes(1));
  Owners::Pass after = owners_.Begin();
  EXPECT_EQ(after.Of(9), id);
}

TEST_F(OwnersTest, RemembersARemovedCgroupWhileItHasSocketsAndForTheRetention) {
  EXPECT_EQ(In(8), kNginx);
  tree_.clear();
  for (int i = 0; i < 4; ++i) {
    clock_.Advance(minutes(10));
    EXPECT_EQ(In(8), kNginx);
  }
  EXPECT_EQ(reads_, 1);
  clock_.Advance(minutes(10));
  EXPECT_EQ(In(0), kNobody);
  EXPECT_EQ(owners_.size(), 1U);
  clock_.Advance(minutes(10));
  EXPECT_EQ(In(0), kNobody);
  EXPECT_EQ(owners_.size(), 0U);
  EXPECT_EQ(In(8), kNobody);
  EXPECT_EQ(reads_, 2);
}

TEST_F(OwnersTest, RemembersForQuarterOfAnHourWhateverTheRetentionOfSeries) {
  for (const auto retention : {std::chrono::seconds(0), std::chrono::seconds(30)}) {
    owners_.SetRetention(retention);
    for (int scrape = 0; scrape < 10; ++scrape) {
      clock_.Advance(minutes(1));
      EXPECT_EQ(In(8), kNginx);
      EXPECT_EQ(In(0), kNobody) << "another protocol's dump";
    }
  }
  EXPECT_EQ(reads_, 1);
  clock_.Advance(minutes(16));
  EXPECT_EQ(In(0), kNobody);
  EXPECT_EQ(owners_.size(), 0U);
}

TEST_F(OwnersTest, RemembersFewOfVeryManyThatWereRemoved) {
  for (std::uint64_t id = 0; id < kMaxCgroups; ++id) {
    tree_[1000 + id] = "/system.slice/job" + std::to_string(id) + ".service";
  }
  {
    Owners::Pass pass = owners_.Begin();
    for (const auto& [id, path] : tree_) static_cast<void>(pass.Of(id));
    std::move(pass).Commit();
  }
  EXPECT_EQ(owners_.size(), tree_.size());
  clock_.Advance(Owners::kLeastWhenMany);
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(owners_.size(), tree_.size());
  clock_.Advance(minutes(1));
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(owners_.size(), 1U);
}

TEST_F(OwnersTest, ForgetsAtTheNextReadingWhatNeverHadASocket) {
  constexpr std::uint64_t kRound = 1000;
  for (std::uint64_t round = 1; round <= 50; ++round) {
    tree_ = {{8, "/system.slice/nginx.service"}};
    for (std::uint64_t i = 0; i < kRound; ++i) {
      tree_[round * kRound + i] = "/system.slice/run-" + std::to_string(i) + ".service";
    }
    clock_.Advance(Owners::kLeastBetweenReads);
    EXPECT_EQ(In(round * kRound).name, "run-0.service");
    EXPECT_EQ(owners_.size(), kRound + round) << "those of this reading, and those with sockets";
  }
  EXPECT_EQ(reads_, 50);
  EXPECT_EQ(In(kRound).name, "run-0.service") << "of a dump that is long past";
}

TEST_F(OwnersTest, KeepsForADumpUnderWayWhatIsRemovedMeanwhile) {
  EXPECT_EQ(In(8), kNginx);
  Owners::Pass pass = owners_.Begin();
  const OwnerId nginx = pass.Of(8);
  tree_ = {{9, "/system.slice/redis.service"}};
  clock_.Advance(minutes(1));
  EXPECT_EQ(In(9), kRedis);
  EXPECT_EQ(owners_.Name(nginx), kNginx);
  std::move(pass).Commit();
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(reads_, 2);
}

TEST_F(OwnersTest, ANumberIsGivenToNoOther) {
  Owners::Pass pass = owners_.Begin();
  const OwnerId nginx = pass.Of(8);
  std::move(pass).Commit();
  clock_.Advance(minutes(20));
  static_cast<void>(In(0));
  EXPECT_EQ(owners_.Name(nginx), kNobody);
  tree_ = {{9, "/system.slice/redis.service"}};
  Owners::Pass later = owners_.Begin();
  EXPECT_NE(later.Of(9), nginx);
}

TEST_F(OwnersTest, ADumpThatFailedUsesNothing) {
  EXPECT_EQ(In(8), kNginx);
  clock_.Advance(minutes(10));
  static_cast<void>(owners_.Begin().Of(8));
  clock_.Advance(minutes(10));
  EXPECT_EQ(In(0), kNobody);
  EXPECT_EQ(owners_.size(), 0U);
}

TEST_F(OwnersTest, TellsWhyTheTreeCannotBeReadAndTriesAgain) {
  error_ = "/sys/fs/cgroup: No such file or directory (ENOENT)";
  EXPECT_EQ(In(8), kNobody);
  EXPECT_EQ(told_, error_);
  error_.clear();
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(told_, "");
}

TEST_F(OwnersTest, AReadingThatWasNotWholeNamesWhatItGaveAndTellsNobodyApart) {
  is_cut_ = true;
  EXPECT_EQ(In(9), kNobody);
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(told_, "cut");
  tree_[9] = "/system.slice/redis.service";
  is_cut_ = false;
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(In(9), kNobody) << "the tree is not read for it alone";
  EXPECT_EQ(reads_, 1);
  EXPECT_EQ(In(1000), kNobody);
  EXPECT_EQ(In(9), kRedis);
  EXPECT_EQ(told_, "");
}

TEST_F(OwnersTest, WhatWasNotInAPartOfTheTreeIsLookedForAgainInTheEnd) {
  is_cut_ = true;
  EXPECT_EQ(In(9), kNobody);
  for (int i = 0; i < 9; ++i) {
    clock_.Advance(minutes(1));
    EXPECT_EQ(In(9), kNobody);
  }
  EXPECT_EQ(reads_, 1);
  tree_[9] = "/system.slice/redis.service";
  clock_.Advance(minutes(1));
  EXPECT_EQ(In(9), kRedis);
}

TEST_F(OwnersTest, ACgroupThatAnotherHasReplacedMeanwhileIsTheOther) {
  EXPECT_EQ(In(8), kNginx);
  tree_ = {{9, "/system.slice/nginx.service"}, {10, "/system.slice/redis.service"}};
  clock_.Advance(minutes(1));
  EXPECT_EQ(In(10), kRedis);
  EXPECT_EQ(In(9), kNginx);
  EXPECT_EQ(In(8), kNginx) << "sockets that are left of it";
}

class PodsTest : public OwnersTest {
 protected:
  static constexpr std::uint64_t kPodCgroup = 20;
  static constexpr std::uint64_t kContainerCgroup = 21;

  PodsTest() {
    tree_[kPodCgroup] = "/kubepods/pod" + kUid;
    tree_[kContainerCgroup] = "/kubepods/pod" + kUid + "/" + std::string(64, 'c');
  }

  [[nodiscard]] OwnerDetails DetailsIn(std::uint64_t cgroup_id) {
    return owners_.Details(owners_.Begin().Of(cgroup_id));
  }

  const std::string kUid = "1a3e41ec-a00b-4e2d-9c77-31cb00000001";
  const PodName kCart{"shop", "cart-4"};
  const Owner kByUid{OwnerKind::kPod, kUid};
  const Owner kByName{OwnerKind::kPod, "shop/cart-4"};
};

TEST_F(PodsTest, GoByNamespaceAndName) {
  pod_names_.pods[kUid] = kCart;
  EXPECT_EQ(In(kContainerCgroup), kByName);
  EXPECT_EQ(In(kPodCgroup), kByName);
  EXPECT_EQ(DetailsIn(kContainerCgroup), (OwnerDetails{"shop", "cart-4", {}, {}, kUid}));
  EXPECT_EQ(reads_of_names_, 1);
  EXPECT_EQ(told_of_pods_, "");
}

TEST_F(PodsTest, GoByTheirUidUntilTheirNameIsKnown) {
  Owners::Pass pass = owners_.Begin();
  const OwnerId id = pass.Of(kContainerCgroup);
  std::move(pass).Commit();
  EXPECT_EQ(owners_.Name(id), kByUid);
  EXPECT_EQ(owners_.Details(id), OwnerDetails());
  pod_names_.pods[kUid] = kCart;
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(In(kPodCgroup), kByName);
  EXPECT_EQ(owners_.Name(id), kByName) << "what was counted before goes over to it";
  EXPECT_EQ(reads_, 1);
}

TEST_F(PodsTest, AreLookedForAgainWhileTheyHaveSocketsAndWhenItIsTime) {
  EXPECT_EQ(In(kPodCgroup), kByUid);
  EXPECT_EQ(In(kPodCgroup), kByUid);
  EXPECT_EQ(reads_of_names_, 1);
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(reads_of_names_, 1);
  EXPECT_EQ(In(kPodCgroup), kByUid);
  EXPECT_EQ(In(kContainerCgroup), kByUid);
  EXPECT_EQ(reads_of_names_, 2);
}

TEST_F(PodsTest, KeepTheirNameWhenTheFolderOfTheirLogsHasGone) {
  pod_names_.pods[kUid] = kCart;
  EXPECT_EQ(In(kPodCgroup), kByName);
  pod_names_.pods.clear();
  tree_.erase(kPodCgroup);
  tree_[9] = "/system.slice/redis.service";
  clock_.Advance(minutes(10));
  EXPECT_EQ(In(9), kRedis);
  EXPECT_EQ(reads_, 2);
  EXPECT_EQ(In(kPodCgroup), kByName);
  EXPECT_EQ(In(kContainerCgroup), kByName);
}

TEST_F(PodsTest, OfTheSameNameAreTheSameOwner) {
  const std::string next = "1a3e41ec-a00b-4e2d-9c77-31cb00000002";
  pod_names_.pods = {{kUid, kCart}, {next, kCart}};
  tree_[22] = "/kubepods/pod" + next;
  EXPECT_EQ(In(kPodCgroup), kByName);
  EXPECT_EQ(In(22), kByName);
}

TEST_F(PodsTest, SayWhyTheyGoByTheirUid) {
  pod_names_.error = "/var/log/pods: No such file or directory (ENOENT)";
  EXPECT_EQ(In(kPodCgroup), kByUid);
  EXPECT_EQ(told_of_pods_, "pods are shown by uid: " + pod_names_.error);
  pod_names_.error.clear();
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(In(kPodCgroup), kByUid);
  EXPECT_EQ(told_of_pods_, "") << "the folder of this one may come later";
}

TEST_F(PodsTest, OfAPathGoByTheirNameToo) {
  EXPECT_EQ(owners_.OfPath(tree_[kContainerCgroup]), kByUid);
  pod_names_.pods[kUid] = kCart;
  EXPECT_EQ(owners_.OfPath(tree_[kPodCgroup]), kByUid) << "the names were read just now";
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(owners_.OfPath(tree_[kPodCgroup]), kByName);
  EXPECT_EQ(owners_.Details(kByName), (OwnerDetails{"shop", "cart-4", {}, {}, kUid}));
  EXPECT_EQ(owners_.OfPath("/system.slice/nginx.service"), kNginx);
  EXPECT_EQ(owners_.OfPath("/"), kNobody);
  EXPECT_EQ(reads_, 0);
}

TEST_F(PodsTest, OfAPathAreRememberedForTheRetention) {
  pod_names_.pods[kUid] = kCart;
  EXPECT_EQ(owners_.OfPath(tree_[kPodCgroup]), kByName);
  EXPECT_EQ(In(8), kNginx);
  pod_names_.pods.clear();
  for (int i = 0; i < 3; ++i) {
    clock_.Advance(minutes(10));
    EXPECT_EQ(In(0), kNobody);
    EXPECT_EQ(owners_.OfPath(tree_[kPodCgroup]), kByName);
  }
  clock_.Advance(minutes(16));
  EXPECT_EQ(In(0), kNobody);
  EXPECT_EQ(owners_.Details(kByName), OwnerDetails());
  EXPECT_EQ(owners_.OfPath(tree_[kPodCgroup]), kByUid);
}

TEST_F(OwnersTest, SaysNothingOfPodsWhereThereAreNone) {
  pod_names_.error = "/var/log/pods: No such file or directory (ENOENT)";
  tree_[9] = "/docker/" + std::string(64, 'c');
  EXPECT_EQ(In(8), kNginx);
  EXPECT_EQ(told_of_pods_, "nothing");
}

TEST_F(OwnersTest, ContainersOutsidePodsKeepTheirShortId) {
  const std::string id(64, 'c');
  const Owner container{OwnerKind::kContainer, std::string(12, 'c')};
  tree_[9] = "/docker/" + id;
  Owners::Pass pass = owners_.Begin();
  const OwnerId owner = pass.Of(9);
  EXPECT_EQ(owners_.Name(owner), container);
  EXPECT_EQ(owners_.Details(owner), (OwnerDetails{{}, {}, {}, id}));
  pod_names_.containers[id] = {{"shop", "cart-4"}, "web"};
  tree_[10] = "/system.slice/redis.service";
  clock_.Advance(Owners::kLeastBetweenReads);
  EXPECT_EQ(In(9), container);
  EXPECT_EQ(In(10), kRedis);
  EXPECT_EQ(owners_.Name(owner), container);
  EXPECT_EQ(owners_.Details(owner), (OwnerDetails{"shop", "cart-4", "web", id}));
}

}  // namespace
}  // namespace sockdiag
