#include "sockets/naming/cgroup_path.h"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace sockdiag {

void PrintTo(const CgroupOwner& owner, std::ostream* out) {
  *out << Name(owner.kind) << " name=" << owner.name << " container=" << owner.container_id
       << " pod=" << owner.pod_uid;
}

namespace {

using enum OwnerKind;

const std::string kId(64, 'a');
const std::string kUid = "1a3e41ec-a00b-4e2d-9c77-31cb00000001";
const std::string kSliceUid = "1a3e41ec_a00b_4e2d_9c77_31cb00000001";
const std::string kStaticUid = "00112233445566778899aabbccddeeff";

struct Case {
  std::string path;
  CgroupOwner owner;
};

void ExpectAll(const std::vector<Case>& cases) {
  for (const Case& given : cases) EXPECT_EQ(ParseCgroupPath(given.path), given.owner) << given.path;
}

TEST(CgroupPath, OfSystemdNamesTheInnermostUnit) {
  const std::string user = "/user.slice/user-1000.slice/";
  ExpectAll({
      {"/init.scope", {kUnit, "init.scope", {}, {}}},
      {"/system.slice/nginx.service", {kUnit, "nginx.service", {}, {}}},
      {"/system.slice/system-postgresql.slice/postgresql@15-main.service",
       {kUnit, "postgresql@15-main.service", {}, {}}},
      {"/system.slice/a\\x2db.service/below", {kUnit, "a-b.service", {}, {}}},
      {user + "session-3.scope", {kSession, "session-3.scope", {}, {}}},
      {user + "user@1000.service/app.slice/app-web.service", {kUnit, "app-web.service", {}, {}}},
      {user + "user@1000.service/init.scope", {kUnit, "init.scope", {}, {}}},
      {"/system.slice/crio-conmon-" + kId + ".scope",
       {kUnit, "crio-conmon-" + kId + ".scope", {}, {}}},
  });
}

TEST(CgroupPath, OfPodsTellsUidAndContainer) {
  const std::string pods = "/kubepods.slice/kubepods-burstable.slice/";
  const std::string pod = pods + "kubepods-burstable-pod" + kSliceUid + ".slice";
  const CgroupOwner container{kPod, {}, kId, kUid};
  ExpectAll({
      {pod, {kPod, {}, {}, kUid}},
      {pod + "/cri-containerd-" + kId + ".scope", container},
      {pod + "/docker-" + kId + ".scope", container},
      {"/kubepods.slice/kubepods-pod" + kSliceUid + ".slice/crio-" + kId + ".scope/container",
       container},
      {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + kSliceUid +
           ".slice/cri-containerd-" + kId + ".scope",
       container},
      {"/kubepods/besteffort/pod" + kUid + "/" + kId, container},
      {"/kubepods/pod" + kStaticUid + "/" + kId, {kPod, {}, kId, kStaticUid}},
      {"/kubepods.slice/kubepods-pod" + kStaticUid + ".slice/docker-" + kId + ".scope",
       {kPod, {}, kId, kStaticUid}},
      {"/system.slice/containerd.service/kubepods-burstable-pod" + kSliceUid +
           ".slice:cri-containerd:" + kId,
       container},
      {pod + "/crio-conmon-" + kId + ".scope", {kPod, {}, {}, kUid}},
  });
}

TEST(CgroupPath, OfContainersTellsTheId) {
  const CgroupOwner container{kContainer, {}, kId, {}};
  ExpectAll({
      {"/system.slice/docker-" + kId + ".scope", container},
      {"/docker/" + kId, container},
      {"/docker/" + kId + "/system.slice/nginx.service", container},
      {"/machine.slice/libpod-" + kId + ".scope/container", container},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope",
       container},
      {"/libpod_parent/libpod-" + kId, container},
      {"/system.slice/nerdctl-" + kId + ".scope", container},
      {"/system.slice:docker:" + kId, container},
  });
}

TEST(CgroupPath, OfMachinesIgnoresWhatIsBelow) {
  ExpectAll({
      {"/machine.slice/systemd-nspawn@web.service/payload/system.slice/a.service",
       {kMachine, "web", {}, {}}},
      {"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", {kMachine, "qemu-1-vm", {}, {}}},
      {"/lxc.payload.c1/system.slice/ssh.service", {kMachine, "c1", {}, {}}},
      {"/lxc/c2/user.slice", {kMachine, "c2", {}, {}}},
  });
}

TEST(CgroupPath, OfOtherFoldersHasNoOwner) {
  const std::string upper(64, 'A');
  for (const std::string& path : std::vector<std::string>{
           "", "/", "//", "/user.slice", "/kubepods.slice", "/lxc", "/lxc.payload.",
           "/docker/" + upper, "/docker/" + kId.substr(1), "/docker/" + kId + "a",
           "/kubepods/pod1a3e41ec", "/kubepods/podzz3e41ec-a00b-4e2d-9c77-31cb00000001",
           "/kubepods/pod" + kSliceUid, "/a:b:c"}) {
    EXPECT_EQ(ParseCgroupPath(path), CgroupOwner()) << path;
  }
}

TEST(CgroupPath, TakesBackWholeEscapesAlone) {
  const auto name = [](const std::string& folder) {
    return ParseCgroupPath("/system.slice/" + folder + ".service").name;
  };
  EXPECT_EQ(name("a\\x2"), "a\\x2.service");
  EXPECT_EQ(name("a\\x2g"), "a\\x2g.service");
  EXPECT_EQ(name("a\\x00b"), "a\\x00b.service");
  EXPECT_EQ(name("\\x5cx2d"), "\\x2d.service");
  EXPECT_EQ(name("caf\\xc3\\xa9"), "caf\xc3\xa9.service");
}

}  // namespace
}  // namespace sockdiag
