#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "namespaces/finder.h"
#include "namespaces/process_cgroup.h"
#include "namespaces/visitor.h"
#include "tests/kernel/namespace.h"
#include "tests/kernel/processes.h"
#include "tests/kernel/system.h"

namespace sockdiag::kernel {
namespace {

using Entrances = std::vector<std::string>;

/// Mounts of our own over /run/netns, which end with the test: all of them may run in one process.
class NamedNamespaces {
 public:
  NamedNamespaces() {
    Check("unshare(CLONE_NEWNS)", unshare(CLONE_NEWNS));
    Check("mount /", mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
    Check("mount /run", mount("tmpfs", "/run", "tmpfs", 0, nullptr));
    std::filesystem::create_directories("/run/netns");
  }
  NamedNamespaces(const NamedNamespaces&) = delete;
  NamedNamespaces& operator=(const NamedNamespaces&) = delete;
  ~NamedNamespaces() { umount2("/run", MNT_DETACH); }

  static std::string Add(const std::string& name, const std::string& file) {
    const std::string path = "/run/netns/" + name;
    const UniqueFd point(Check(path, open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)));
    Check("mount " + path, mount(file.c_str(), path.c_str(), nullptr, MS_BIND, nullptr));
    return path;
  }
  static void Remove(const std::string& name) {
    Check("umount", umount2(("/run/netns/" + name).c_str(), MNT_DETACH));
  }
};

class NamespaceFinderKernel : public KernelTest {
 protected:
  FoundNamespace Find(NamespaceId id) {
    const Result<FoundNamespaces> found = finder_.Find();
    EXPECT_TRUE(found) << found.error().message;
    if (!found) return {};
    const auto& all = found->namespaces;
    const auto one =
        std::find_if(all.begin(), all.end(), [id](const auto& each) { return each.id == id; });
    return one == all.end() ? FoundNamespace() : *one;
  }

  NamespaceFinder finder_;
};

TEST_F(NamespaceFinderKernel, FindsThatOfAProcess) {
  HeldNamespace held;
  const std::string text =
      ReadFile("/proc/" + std::to_string(held.pid()) + "/cgroup", 65536).value();
  const FoundNamespace expected{held.id(), false, false, {}, std::string(PickCgroupPath(text))};
  EXPECT_EQ(Find(held.id()), expected);
  EXPECT_EQ(finder_.EntrancesOf(held.id()), Entrances{held.File()});
  EXPECT_TRUE(Find(NamespaceOf()).is_own);
  const NamespaceId id = held.id();
  held.End();
  EXPECT_EQ(Find(id), FoundNamespace());
  EXPECT_EQ(finder_.EntrancesOf(id), Entrances());
}

TEST_F(NamespaceFinderKernel, FindsThoseThatAreMounted) {
  const NamedNamespaces names;
  HeldNamespace held;
  HeldNamespace other;
  const std::string path = names.Add("blue", held.File());
  names.Add("cni-01234567-89ab-cdef-0123-456789abcdef", other.File());
  const NamespaceId id = held.id();
  held.End();
  other.End();
  EXPECT_EQ(Find(id), (FoundNamespace{id, false, false, "blue", {}}));
  EXPECT_EQ(finder_.EntrancesOf(id), Entrances{path});
  EXPECT_EQ(Find(other.id()), (FoundNamespace{other.id(), false, false, {}, {}}));
}

/// What the kernel gives to who may not look at others' processes.
TEST_F(NamespaceFinderKernel, CountsWhatItIsRefused) {
  HeldNamespace first;
  HeldNamespace second;
  EXPECT_EQ(RunInChild([&] {
              DropPrivileges();
              const Result<FoundNamespaces> found = NamespaceFinder().Find();
              EXPECT_TRUE(found) << found.error().message;
              // Others that the host has mounted may be among them.
              for (const FoundNamespace& one : found->namespaces) {
                EXPECT_NE(one.id, first.id());
                EXPECT_NE(one.id, second.id());
              }
              EXPECT_FALSE(found->namespaces.empty()) << "its own";
              EXPECT_GE(found->refused, 2U);
              EXPECT_THAT(found->refusal,
                          ::testing::EndsWith(std::string("/ns/net: Permission denied (EACCES): ") +
                                              kDirectivesForNamespaces));
              return true;
            }),
            0);
}

class NamespaceVisitorKernel : public NamespaceFinderKernel {
 protected:
  static NamespaceResult<NamespaceId> Visit(NamespaceId id, const Entrances& entrances) {
    return NamespaceVisitor::FromHere().value().Visit(
        id, entrances, []() -> NamespaceResult<NamespaceId> { return NamespaceOf(); });
  }
  static NamespaceErrorReason Why(NamespaceId id, const Entrances& entrances) {
    const auto visited = Visit(id, entrances);
    EXPECT_FALSE(visited);
    return visited ? NamespaceErrorReason::kUnavailable : visited.error().reason;
  }
};

TEST_F(NamespaceVisitorKernel, GoesThereAndBack) {
  const HeldNamespace held;
  const NamespaceId home = NamespaceOf();
  EXPECT_EQ(Visit(held.id(), {held.File()}).value(), held.id());
  EXPECT_EQ(NamespaceOf(), home);
  EXPECT_EQ(Visit(held.id(), {"/nonexistent", "/proc/self/ns/net", held.File()}).value(),
            held.id());
}

TEST_F(NamespaceVisitorKernel, GoesNowhereElse) {
  const HeldNamespace held;
  const HeldNamespace other;
  EXPECT_EQ(Why(held.id(), {}), NamespaceErrorReason::kGone);
  EXPECT_EQ(Why(held.id(), {other.File(), "/dev/null", "/proc/self/ns/mnt"}),
            NamespaceErrorReason::kGone);
  EXPECT_EQ(Why(NamespaceOf("/proc/self/ns/mnt"), {"/proc/self/ns/mnt"}),
            NamespaceErrorReason::kFailed);
}

TEST_F(NamespaceVisitorKernel, DoesNotTakeAMountedFileForANamespace) {
  const NamedNamespaces names;
  const HeldNamespace held;
  EXPECT_EQ(Why(NamespaceOf("/dev/null"), {"/dev/null"}), NamespaceErrorReason::kGone)
      << "its inode number is that of another file system";
  const std::string path = names.Add("blue", held.File());
  EXPECT_TRUE(Visit(held.id(), {path}));
  names.Remove("blue");
  names.Add("blue", "/proc/self/ns/net");
  EXPECT_EQ(Why(held.id(), {path}), NamespaceErrorReason::kGone) << "somebody gave the name again";
}

TEST_F(NamespaceVisitorKernel, SaysWhatItLacks) {
  const NamedNamespaces names;
  const HeldNamespace held;
  const std::string path = names.Add("blue", held.File());
  const auto refused = [](const std::string& what) {
    return NamespaceError{NamespaceErrorReason::kRefused, what + ": " + kDirectivesForNamespaces};
  };
  EXPECT_EQ(RunInChild([&] {
              DropPrivileges();
              const NamespaceError by_process = Visit(held.id(), {held.File()}).error();
              EXPECT_EQ(by_process,
                        refused("cannot open " + held.File() + ": Permission denied (EACCES)"));
              EXPECT_EQ(Visit(held.id(), {"/nonexistent", held.File(), "/nonexistent"}).error(),
                        by_process);
              EXPECT_EQ(Visit(held.id(), {path}).error(),
                        refused("cannot enter the network namespace of " + path +
                                ": Operation not permitted (EPERM)"));
              return true;
            }),
            0);
}

/// As Docker has them: its folder is root's alone, and at a container's end the mount outlives the
/// processes.
TEST_F(NamespaceVisitorKernel, TakesAMountBehindAClosedFolderForNoWay) {
  const NamedNamespaces names;
  HeldNamespace held;
  const std::string path = names.Add("blue", held.File());
  const NamespaceId id = held.id();
  held.End();
  EXPECT_TRUE(Visit(id, {path}));
  std::filesystem::permissions("/run/netns", std::filesystem::perms::none);
  EXPECT_EQ(RunInChild([&] {
              DropPrivileges();
              EXPECT_EQ(Why(id, {path}), NamespaceErrorReason::kGone);
              const Result<FoundNamespaces> found = NamespaceFinder().Find();
              EXPECT_TRUE(std::none_of(found->namespaces.begin(), found->namespaces.end(),
                                       [&](const auto& one) { return one.id == id; }));
              return true;
            }),
            0);
}

TEST_F(NamespaceVisitorKernel, EndsWhenThereIsNoWayBack) {
  const HeldNamespace held;
  const int status = RunInChild([&] {
    // Of the same file system, and no network namespace.
    const NamespaceVisitor visitor(UniqueFd(open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC)));
    static_cast<void>(
        visitor.Visit(held.id(), {held.File()}, []() -> NamespaceResult<void> { return {}; }));
    return true;
  });
  EXPECT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), NamespaceVisitor::kNoWayBack);
}

}  // namespace
}  // namespace sockdiag::kernel
