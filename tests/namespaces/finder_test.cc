#include "namespaces/finder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

using Entrances = std::vector<std::string>;

/// A tree that stands for /proc. We are process 50, in the namespace 10, in which process 1 is,
/// too.
class NamespaceFinderTest : public ::testing::Test {
 protected:
  NamespaceFinderTest() {
    AddProcess("self", 10, 0, "/own");
    AddProcess("1", 10, 0, "/init.scope");
    AddProcess("50", 10, 0, "/own");
  }

  void AddProcess(const std::string& pid, NamespaceId id, int start, const std::string& cgroup) {
    proc_.Remove(pid);
    proc_.Write(pid + "/stat", pid + " (a) b) (c) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 " +
                                   std::to_string(start) + " 1 2\n");
    proc_.Write(pid + "/cgroup", "0::" + cgroup + "\n");
    Link(pid, "net:[" + std::to_string(id) + "]");
  }
  void Link(const std::string& pid, const std::string& target) {
    std::filesystem::create_directories(proc_.Path(pid + "/ns"));
    std::filesystem::remove(proc_.Path(pid + "/ns/net"));
    std::filesystem::create_symlink(target, proc_.Path(pid + "/ns/net"));
  }
  void AddMount(NamespaceId id, const std::string& point) {
    mounts_ += "1 1 0:4 net:[" + std::to_string(id) + "] " + point + " rw - nsfs nsfs rw\n";
    proc_.Write("self/mountinfo", mounts_);
  }
  std::vector<FoundNamespace> Find() {
    const Result<FoundNamespaces> found = finder_.Find();
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->namespaces : std::vector<FoundNamespace>();
  }
  [[nodiscard]] std::string LinkOf(const std::string& pid) const {
    return proc_.Path(pid + "/ns/net");
  }

  const testing::TemporaryDirectory proc_;
  std::string mounts_;
  NamespaceFinder finder_{proc_.path()};
  const FoundNamespace own_{10, true, true, {}, {}};
};

TEST_F(NamespaceFinderTest, MarksItsOwnAndTheHosts) {
  EXPECT_EQ(Find(), std::vector{own_});
  AddProcess("1", 20, 0, "/init.scope");
  EXPECT_EQ(Find(), (std::vector<FoundNamespace>{{10, false, true, {}, {}},
                                                 {20, true, false, {}, "/init.scope"}}));
}

TEST_F(NamespaceFinderTest, TellsTheCgroupOfTheOldestProcess) {
  AddProcess("300", 20, 7, "/younger");
  AddProcess("400", 20, 5, "/oldest");
  AddProcess("500", 20, 6, "/middle");
  EXPECT_EQ(Find(), (std::vector<FoundNamespace>{own_, {20, false, false, {}, "/oldest"}}));
  EXPECT_EQ(finder_.EntrancesOf(20), (Entrances{LinkOf("400"), LinkOf("500"), LinkOf("300")}));
}

TEST_F(NamespaceFinderTest, TakesMountsWithTheirNames) {
  AddMount(20, "/run/docker/netns/x");
  AddMount(20, "/run/netns/blue");
  AddMount(20, "/run/netns/second");
  AddMount(10, "/run/netns/ours");
  EXPECT_EQ(Find(), (std::vector<FoundNamespace>{{10, true, true, "ours", {}},
                                                 {20, false, false, "blue", {}}}));
  EXPECT_EQ(finder_.EntrancesOf(20),
            (Entrances{"/run/docker/netns/x", "/run/netns/blue", "/run/netns/second"}));
}

TEST_F(NamespaceFinderTest, KeepsAFewWaysIntoANamespace) {
  for (int pid = 100; pid < 120; ++pid) AddProcess(std::to_string(pid), 20, 1000 - pid, "/x");
  Find();
  EXPECT_EQ(finder_.EntrancesOf(20),
            (Entrances{LinkOf("119"), LinkOf("118"), LinkOf("117"), LinkOf("116")}));
  EXPECT_EQ(finder_.EntrancesOf(21), Entrances());
}

TEST_F(NamespaceFinderTest, SeesAProcessThatWentElsewhere) {
  AddProcess("300", 20, 7, "/x");
  Find();
  Link("300", "net:[30]");
  EXPECT_EQ(Find(), (std::vector<FoundNamespace>{own_, {30, false, false, {}, "/x"}}));
  EXPECT_EQ(finder_.EntrancesOf(20), Entrances());
}

TEST_F(NamespaceFinderTest, AnotherProcessWithTheSamePidHasItsOwnAge) {
  AddProcess("300", 20, 5, "/first");
  AddProcess("400", 20, 6, "/second");
  EXPECT_EQ(Find().back().cgroup, "/first");
  AddProcess("keep", 20, 0, "");  // So that the folder's inode number is not given again at once.
  std::filesystem::rename(proc_.Path("300"), proc_.Path("ended"));
  AddProcess("300", 20, 7, "/third");
  EXPECT_EQ(Find().back().cgroup, "/second");
}

TEST_F(NamespaceFinderTest, DoesNotReadTheAgeOfAProcessTwice) {
  AddProcess("300", 20, 5, "/first");
  AddProcess("400", 20, 6, "/second");
  Find();
  proc_.Write("300/stat", "300 (x) S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 9 1 2\n");
  EXPECT_EQ(Find().back().cgroup, "/first") << "it is the same folder";
}

TEST_F(NamespaceFinderTest, SurvivesWhatVanishes) {
  std::filesystem::create_directories(proc_.Path("300"));
  std::filesystem::create_directories(proc_.Path("400/ns/net"));
  AddProcess("500", 20, 5, "/gone");
  proc_.Remove("500/stat");
  proc_.Remove("500/cgroup");
  AddProcess("600", 20, 6, "/there");
  Link("700", "something else");
  proc_.Write("800", "a file");
  EXPECT_EQ(Find(), (std::vector<FoundNamespace>{own_, {20, false, false, {}, "/there"}}));
  EXPECT_EQ(finder_.EntrancesOf(20).back(), LinkOf("500")) << "an unknown age is no great one";
}

TEST_F(NamespaceFinderTest, StopsAtItsLimit) {
  for (NamespaceId id = 100; id < 100 + kMaxNamespaces - 1; ++id) {
    AddMount(id, "/m");
  }
  EXPECT_FALSE(finder_.Find()->is_cut);
  AddMount(99999, "/m");
  const Result<FoundNamespaces> found = finder_.Find();
  EXPECT_TRUE(found->is_cut);
  EXPECT_EQ(found->namespaces.size(), kMaxNamespaces);
}

TEST_F(NamespaceFinderTest, FailsWithoutProcOrItsOwnNamespace) {
  proc_.Remove("self");
  EXPECT_EQ(finder_.Find().error().message,
            "cannot read " + proc_.path() + "/self/ns/net: No such file or directory (ENOENT)");
  EXPECT_EQ(NamespaceFinder("/nonexistent").Find().error().message,
            "cannot list /nonexistent: No such file or directory (ENOENT)");
}

}  // namespace
}  // namespace sockdiag
