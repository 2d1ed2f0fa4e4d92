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
const std::string kOtherId(64, 'b');
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
      {user + "user@1000.service/app.slice/app-web.service",
       {kUnit, "user@1000.service/app-web.service", {}, {}}},
      {user + "user@1000.service/init.scope", {kUnit, "user@1000.service/init.scope", {}, {}}},
      {user + "user@1000.service", {kUnit, "user@1000.service", {}, {}}},
      {"/system.slice/system-getty.slice/getty@tty1.service",
       {kUnit, "getty@tty1.service", {}, {}}},
      {"/system.slice/containerd.service", {kUnit, "containerd.service", {}, {}}},
      {"/system.slice/run-r1\\x2df.scope", {kUnit, "run-r1-f.scope", {}, {}}},
      // What watches a container is in none.
      {"/system.slice/crio-conmon-" + kId + ".scope",
       {kUnit, "crio-conmon-" + kId + ".scope", {}, {}}},
      {"/machine.slice/libpod-conmon-" + kId + ".scope",
       {kUnit, "libpod-conmon-" + kId + ".scope", {}, {}}},
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
      // With systemd in the container.
      {pod + "/cri-containerd-" + kId + ".scope/system.slice/nginx.service", container},
      {pod + "/cri-containerd-" + kId + ".scope/docker/" + kOtherId, container},
      // CRI-O with the cgroupfs driver.
      {"/kubepods/burstable/pod" + kUid + "/crio-" + kId, container},
      {"/kubepods/burstable/pod" + kUid + "/crio-conmon-" + kId, {kPod, {}, {}, kUid}},
      // kind and minikube.
      {"/kubelet/kubepods/burstable/pod" + kUid + "/" + kId, container},
      {"/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
       "kubelet-kubepods-burstable-pod" +
           kSliceUid + ".slice",
       {kPod, {}, {}, kUid}},
  });
}

TEST(CgroupPath, OfStaticPodsTellsTheirUidWithoutHyphens) {
  const CgroupOwner container{kPod, {}, kId, kStaticUid};
  const std::string pods = "/kubepods.slice/kubepods-burstable.slice/";
  ExpectAll({
      {pods + "kubepods-burstable-pod" + kStaticUid + ".slice", {kPod, {}, {}, kStaticUid}},
      {pods + "kubepods-burstable-pod" + kStaticUid + ".slice/cri-containerd-" + kId + ".scope",
       container},
      {pods + "kubepods-burstable-pod" + kStaticUid + ".slice/crio-" + kId + ".scope", container},
      {"/kubepods/burstable/pod" + kStaticUid + "/" + kId, container},
      {"/system.slice/containerd.service/kubepods-burstable-pod" + kStaticUid +
           ".slice:cri-containerd:" + kId,
       container},
  });
}

TEST(CgroupPath, OfContainersTellsTheId) {
  const CgroupOwner container{kContainer, {}, kId, {}};
  const CgroupOwner users_container{kContainer, "user@1000.service", kId, {}};
  ExpectAll({
      {"/system.slice/docker-" + kId + ".scope", container},
      {"/docker/" + kId, container},
      {"/docker/" + kId + "/system.slice/nginx.service", container},
      {"/machine.slice/libpod-" + kId + ".scope/container", container},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope",
       users_container},
      {"/libpod_parent/libpod-" + kId, container},
      {"/system.slice/nerdctl-" + kId + ".scope", container},
      {"/system.slice:docker:" + kId, container},
      {"/custom.slice/docker-" + kId + ".scope", container},
      {"/k8s.io/" + kId, container},
      {"/system.slice/cri-containerd-" + kId + ".scope", container},
      {"/user.slice/user-1000.slice/user@1000.service/user.slice/nerdctl-" + kId + ".scope",
       users_container},
      {"/machine.slice/machine-libpod_pod_" + kOtherId + ".slice/libpod-" + kId + ".scope",
       container},
      // A node of a cluster that is itself a container.
      {"/docker/" + kId + "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod" + kSliceUid +
           ".slice/cri-containerd-" + kOtherId + ".scope",
       container},
  });
}

TEST(CgroupPath, OfMachinesIgnoresWhatIsBelow) {
  ExpectAll({
      {"/machine.slice/systemd-nspawn@web.service/payload/system.slice/a.service",
       {kMachine, "web", {}, {}}},
      {"/machine.slice/machine-qemu\\x2d1\\x2dvm.scope", {kMachine, "qemu-1-vm", {}, {}}},
      {"/lxc.payload.c1/system.slice/ssh.service", {kMachine, "c1", {}, {}}},
      {"/lxc/c2/user.slice", {kMachine, "c2", {}, {}}},
      {"/machine.slice/machine-web.scope/docker/" + kId, {kMachine, "web", {}, {}}},
      {"/machine.slice/systemd-nspawn@a\\x2db.service/payload/user.slice/user-0.slice/"
       "session-1.scope",
       {kMachine, "a-b", {}, {}}},
      {"/lxc.payload.c1/lxc.payload.inner/init.scope", {kMachine, "c1", {}, {}}},
  });
}

TEST(CgroupPath, WhatAUserNamesIsNobodyElses) {
  const std::string manager = "/user.slice/user-1000.slice/user@1000.service";
  const auto unit = [](const std::string& name) {
    return CgroupOwner{kUnit, "user@1000.service" + name, {}, {}};
  };
  const CgroupOwner container{kContainer, "user@1000.service", kId, {}};
  const std::string pod = "/kubepods-burstable-pod" + kSliceUid + ".slice";
  ExpectAll({
      {manager + "/nginx.service", unit("/nginx.service")},
      {manager + "/app.slice/nginx.service/below", unit("/nginx.service")},
      {manager + "/a\\x2fb.service", unit("/a/b.service")},
      {manager + "/session-3.scope", unit("/session-3.scope")},
      {manager + "/user@0.service", unit("/user@0.service")},
      {manager + "/user@0.service/nginx.service", unit("/nginx.service")},
      {manager + pod, unit("")},
      {manager + "/nginx.service" + pod, unit("/nginx.service")},
      {manager + "/kubepods/pod" + kUid + "/nginx.service", unit("/nginx.service")},
      {manager + "/lxc/web", unit("")},
      {manager + "/lxc.payload.web/ssh.service", unit("/ssh.service")},
      {manager + "/machine-web.scope", unit("/machine-web.scope")},
      {manager + "/systemd-nspawn@web.service", unit("/systemd-nspawn@web.service")},
      // Rootless ones.
      {manager + pod + "/cri-containerd-" + kId + ".scope", container},
      {manager + pod + ":cri-containerd:" + kId, container},
      {manager + "/user.slice/user-libpod_pod_" + kOtherId + ".slice/libpod-" + kId + ".scope",
       container},
      // A manager of whoever has a name in place of a number.
      {"/user@eve.service/nginx.service", {kUnit, "user@eve.service/nginx.service", {}, {}}},
      {"/system.slice/user@.service/nginx.service", {kUnit, "user@.service", {}, {}}},
      {"/system.slice/user@1000.scope/nginx.service", {kUnit, "user@1000.scope", {}, {}}},
  });
}

TEST(CgroupPath, WhatAUnitNamesBelowItselfIsItsOwn) {
  const CgroupOwner unit{kUnit, "evil.service", {}, {}};
  const std::string evil = "/system.slice/evil.service";
  const CgroupOwner runtime{kUnit, "containerd.service", {}, {}};
  const CgroupOwner container{kPod, {}, kId, kUid};
  ExpectAll({
      {evil + "/nginx.service", unit},
      {evil + "/session-1.scope", unit},
      {evil + "/user@0.service/dbus.service", unit},
      {evil + "/machine-db.scope", unit},
      {evil + "/lxc/web", unit},
      {evil + "/kubepods/pod" + kUid, unit},
      {evil + "/docker-" + kId + ".scope", unit},
      {"/user.slice/user-1000.slice/session-3.scope/nginx.service",
       {kSession, "session-3.scope", {}, {}}},
      // But what runs them keeps containers and pods there.
      {"/system.slice/containerd.service/nginx.service", runtime},
      {"/system.slice/containerd.service/lxc/web", runtime},
      {"/system.slice/containerd.service/kubepods/pod" + kUid + "/" + kId, container},
  });
}

TEST(CgroupPath, OfOtherFoldersHasNoOwner) {
  const std::string upper(64, 'A');
  for (const std::string& path : std::vector<std::string>{
           "",
           "/",
           "//",
           "/user.slice",
           "/kubepods.slice",
           "/lxc",
           "/lxc.payload.",
           "/docker/" + upper,
           "/docker/" + kId.substr(1),
           "/docker/" + kId + "a",
           "/kubepods/pod1a3e41ec",
           "/kubepods/podzz3e41ec-a00b-4e2d-9c77-31cb00000001",
           "/kubepods/pod" + kSliceUid,
           "/a:b:c",
           "/lxc.monitor.c1",
           "/podman",
           "/a-pod" + kSliceUid + ".slice",
           "/kubepods-pod" + kSliceUid + ".slice:a",
           "/kubepods-pod" + kUid + ".slice",
           std::string("/kubepods-pod1a3e41ec_a00b_4e2d_9c77-31cb00000001.slice")}) {
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
