#include "sockets/naming/cgroup_tree.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/support/files.h"

namespace sockdiag {
namespace {

using Paths = std::map<std::string, std::uint64_t>;

TEST(FindCgroup2, TakesTheFirstMountOfItsType) {
  EXPECT_EQ(FindCgroup2("22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
                        "30 22 0:26 / /sys/fs/cgroup rw shared:4 master:1 - cgroup2 cgroup2 rw\n"
                        "31 22 0:26 / /other rw - cgroup2 cgroup2 rw\n"),
            (CgroupMount{"/sys/fs/cgroup", "/"}));
}

TEST(FindCgroup2, FindsItBesideCgroupV1) {
  EXPECT_EQ(FindCgroup2("33 32 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                        "45 32 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"),
            (CgroupMount{"/sys/fs/cgroup/unified", "/"}));
  EXPECT_EQ(FindCgroup2("33 32 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"),
            std::nullopt);
}

TEST(FindCgroup2, KnowsWhichCgroupIsMounted) {
  EXPECT_EQ(FindCgroup2("30 22 0:26 /docker/a /sys/fs/cgroup ro - cgroup2 cgroup rw\n"),
            (CgroupMount{"/sys/fs/cgroup", "/docker/a"}));
  EXPECT_EQ(FindCgroup2("30 22 0:26 /../../.. /sys/fs/cgroup ro - cgroup2 cgroup rw\n"),
            (CgroupMount{"/sys/fs/cgroup", "/"}));
}

TEST(FindCgroup2, TakesEscapesBack) {
  EXPECT_EQ(FindCgroup2("30 22 0:26 / /a\\040b\\134 rw - cgroup2 none rw\n"),
            (CgroupMount{"/a b\\", "/"}));
  EXPECT_EQ(FindCgroup2("30 22 0:26 / /a\\04 rw - cgroup2 none rw\n"),
            (CgroupMount{"/a\\04", "/"}));
}

TEST(FindCgroup2, TakesAnyText) {
  for (const char* text : {"", "\n", "a", "1 2 3 4 5 6 7", "1 2 3 4 5 - -", "- cgroup2", "\0"}) {
    EXPECT_EQ(FindCgroup2(text), std::nullopt) << text;
  }
}

class VisitCgroupsTest : public ::testing::Test {
 protected:
  std::uint64_t Make(const std::string& path) const {
    std::filesystem::create_directories(directory_.path() + path);
    struct stat status {};
    EXPECT_EQ(stat((directory_.path() + path).c_str(), &status), 0);
    return status.st_ino;
  }
  [[nodiscard]] Paths Visited(const std::string& cgroup = "/") const {
    Paths paths;
    const auto visited =
        VisitCgroups({directory_.path(), cgroup}, [&](std::uint64_t id, std::string_view path) {
          EXPECT_TRUE(paths.emplace(path, id).second) << path;
        });
    EXPECT_TRUE(visited);
    return paths;
  }

  const testing::TemporaryDirectory directory_;
};

TEST_F(VisitCgroupsTest, GivesEachFolderWithItsInodeNumber) {
  directory_.Write("cgroup.procs", "");
  directory_.Write("system.slice/a.service/cgroup.procs", "");
  EXPECT_EQ(Visited(), (Paths{{"/system.slice", Make("/system.slice")},
                              {"/system.slice/a.service", Make("/system.slice/a.service")}}));
}

TEST_F(VisitCgroupsTest, PathsBeginAtTheHierarchysRoot) {
  EXPECT_EQ(Visited("/docker/a"), Paths());
  const std::uint64_t id = Make("/b");
  EXPECT_EQ(Visited("/docker/a"), (Paths{{"/docker/a/b", id}}));
}

TEST_F(VisitCgroupsTest, GoesAsDeepAsFoldersDo) {
  std::string path;
  Paths made;
  for (int depth = 0; depth < 200; ++depth) {
    path += "/d";
    made[path] = Make(path);
  }
  EXPECT_EQ(Visited(), made);
}

TEST_F(VisitCgroupsTest, FollowsNoLink) {
  std::filesystem::create_directory_symlink("/", directory_.Path("link"));
  EXPECT_EQ(Visited(), Paths());
}

TEST_F(VisitCgroupsTest, GoesOnWhereFoldersGoMeanwhile) {
  Make("/a/below");
  Make("/b/below");
  std::size_t visited = 0;
  EXPECT_TRUE(VisitCgroups({directory_.path(), "/"}, [&](std::uint64_t, std::string_view path) {
    ++visited;
    directory_.Remove(std::string(path.substr(1)));
  }));
  EXPECT_EQ(visited, 2U);
}

TEST_F(VisitCgroupsTest, NamesAFolderThatCannotBeReadAndVisitsTheRest) {
  for (const char* path : {"/a/below", "/b/below", "/c/below"}) Make(path);
  Paths paths;
  const auto visited =
      VisitCgroups({directory_.path(), "/"}, [&](std::uint64_t id, std::string_view path) {
        paths.emplace(path, id);
        if (path != "/b") return;
        directory_.Remove("b");
        directory_.Write("b", "no folder");
      });
  EXPECT_EQ(paths.size(), 5U);
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.error().message, directory_.Path("b") + ": Not a directory (ENOTDIR)");
}

TEST_F(VisitCgroupsTest, SaysWhenDescriptorsRunOut) {
  Make("/a/below");
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  const auto visited = VisitCgroups({directory_.path(), "/"}, [&](auto, auto) {
    const rlimit none{0, limit.rlim_max};
    EXPECT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  });
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.error().message, directory_.Path("a") + ": Too many open files (EMFILE)");
}

TEST_F(VisitCgroupsTest, SaysWhenThereAreTooMany) {
  for (const char* path : {"/a", "/b", "/c"}) Make(path);
  for (const std::size_t limit : {2U, 3U}) {
    std::size_t count = 0;
    const auto visited = VisitCgroups(
        {directory_.path(), "/"}, [&](auto, auto) { ++count; }, limit);
    EXPECT_EQ(count, limit);
    EXPECT_EQ(visited.has_value(), limit == 3);
    if (visited) continue;
    EXPECT_EQ(visited.error().message,
              directory_.path() + ": more than 2 cgroups, the rest have no owner");
  }
}

TEST_F(VisitCgroupsTest, SaysWhyTheMountCannotBeRead) {
  const auto visited = VisitCgroups({directory_.Path("none"), "/"}, [](auto, auto) {});
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.error().message,
            directory_.Path("none") + ": No such file or directory (ENOENT)");
}

}  // namespace
}  // namespace sockdiag
