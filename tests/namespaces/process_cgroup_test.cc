#include "namespaces/process_cgroup.h"

#include <gtest/gtest.h>

#include <string>

namespace sockdiag {
namespace {

const std::string kDocker = "/docker/" + std::string(64, 'a');

TEST(PickCgroupPath, OfCgroup2IsItsOnlyLine) {
  EXPECT_EQ(PickCgroupPath("0::/system.slice/nginx.service\n"), "/system.slice/nginx.service");
  EXPECT_EQ(PickCgroupPath("0::/"), "/");
  EXPECT_EQ(PickCgroupPath("0::/a:b/c d\n"), "/a:b/c d");
}

TEST(PickCgroupPath, OfCgroup1IsTheOneThatSaysMost) {
  EXPECT_EQ(
      PickCgroupPath("12:memory:" + kDocker + "\n1:name=systemd:/system.slice/docker.service\n"),
      kDocker);
  EXPECT_EQ(
      PickCgroupPath("0::/system.slice/containerd.service\n4:pids:/kubepods/besteffort/podx/y\n"),
      "/kubepods/besteffort/podx/y");
  EXPECT_EQ(
      PickCgroupPath("9:cpu:/\n4:memory:/limited\n1:name=systemd:/system.slice/a.service\n0::/\n"),
      "/system.slice/a.service");
  EXPECT_EQ(PickCgroupPath("9:cpu:/\n4:memory:/limited\n0::/\n"), "/limited");
  EXPECT_EQ(PickCgroupPath("2:cpu:/lxc.payload.web/x.service\n0::/user.slice/session-1.scope\n"),
            "/lxc.payload.web/x.service");
}

TEST(PickCgroupPath, AmongEqualsIsThatOfCgroup2ThenTheFirst) {
  EXPECT_EQ(PickCgroupPath("2:cpu:/a.service\n0::/b.service\n"), "/b.service");
  EXPECT_EQ(PickCgroupPath("2:cpu:/a.service\n1:pids:/b.service\n"), "/a.service");
}

TEST(PickCgroupPath, AContainerIsOneThatSocketsWouldBeCountedFor) {
  const std::string unit = "1:name=systemd:/a.service\n";
  for (const std::string& other :
       {"/" + std::string(64, 'A'), "/" + std::string(65, 'a'), "/" + std::string(63, 'a')}) {
    EXPECT_EQ(PickCgroupPath("2:cpu:" + other + "\n" + unit), "/a.service") << other;
  }
  const std::string scope = "/x-" + std::string(64, 'a') + ".scope";
  EXPECT_EQ(PickCgroupPath("2:cpu:" + scope + "\n" + unit), scope);
}

TEST(PickCgroupPath, IsEmptyWithoutALine) {
  for (const char* text : {"", "\n", "nonsense\n", "0:\n", ":\n"}) {
    EXPECT_EQ(PickCgroupPath(text), "") << text;
  }
}

}  // namespace
}  // namespace sockdiag
