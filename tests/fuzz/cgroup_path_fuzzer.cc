#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hex_ids.h"
#include "sockets/naming/cgroup_path.h"
#include "sockets/naming/cgroup_tree.h"
#include "sockets/naming/owners.h"
#include "sockets/naming/pod_names.h"
#include "tests/fuzz/expect.h"

namespace sockdiag::fuzz {
namespace {

/// How many bytes follow a lead byte, by RFC 3629; more than there can be when it is none.
std::size_t FollowersOf(unsigned char lead) {
  if (lead < 0x80) return 0;
  if (lead < 0xc0) return SIZE_MAX;
  if (lead < 0xe0) return 1;
  if (lead < 0xf0) return 2;
  return lead < 0xf8 ? 3 : SIZE_MAX;
}

/// By the values of the characters, and not by their bytes as PrintableUtf8() goes.
void ExpectUtf8(std::string_view text) {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t followers = FollowersOf(lead);
    Expect(followers < text.size());
    std::uint32_t value = followers == 0 ? lead : lead & (0x3fU >> followers);
    for (const char c : text.substr(1, followers)) {
      Expect((static_cast<unsigned char>(c) & 0xc0U) == 0x80U);
      value = value << 6U | (static_cast<unsigned char>(c) & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 4> kLeast{0, 0x80, 0x800, 0x10000};
    Expect(value >= kLeast[followers] && value <= 0x10ffff);
    Expect(value < 0xd800 || value > 0xdfff);
    Expect(value >= ' ' && value != 0x7f);
    text.remove_prefix(followers + 1);
  }
}

/// What is told of a cgroup stands in its path: uids with `_` for `-`, too.
void ReadPath(std::string_view path) {
  const CgroupOwner cgroup = ParseCgroupPath(path);
  const bool is_pod = cgroup.kind == OwnerKind::kPod;
  const bool is_container = cgroup.kind == OwnerKind::kContainer;
  const bool is_nobody = cgroup.kind == OwnerKind::kNone;
  Expect(cgroup.kind <= OwnerKind::kMachine);
  Expect(is_container || cgroup.name.empty() == (is_pod || is_nobody));
  Expect(cgroup.name.size() <= path.size());
  Expect(is_pod ? IsPodUid(cgroup.pod_uid) : cgroup.pod_uid.empty());
  if (cgroup.container_id.empty()) {
    Expect(!is_container);
  } else {
    Expect((is_pod || is_container) && IsContainerId(cgroup.container_id));
    Expect(path.find(cgroup.container_id) != std::string_view::npos);
  }
  std::string slice_uid = cgroup.pod_uid;
  std::replace(slice_uid.begin(), slice_uid.end(), '-', '_');
  Expect(path.find("pod" + cgroup.pod_uid) != std::string_view::npos ||
         path.find("pod" + slice_uid) != std::string_view::npos || !is_pod);

  const Owner owner = OwnerOf(cgroup);
  Expect(owner.kind == cgroup.kind && owner.name.empty() == is_nobody);
  Expect(owner.name.size() <= Owner::kMaxNameBytes);
  ExpectUtf8(owner.name);
}

/// Whatever a user calls the folders: they are that user's unit, or a container.
void ReadPathOfUser(std::string_view path) {
  const std::string manager = "user@1000.service";
  const CgroupOwner cgroup =
      ParseCgroupPath("/user.slice/user-1000.slice/" + manager + "/" + std::string(path));
  Expect(cgroup.kind == OwnerKind::kUnit || cgroup.kind == OwnerKind::kContainer);
  Expect(cgroup.pod_uid.empty());
  Expect(cgroup.name == manager || cgroup.name.starts_with(manager + "/"));
}

void ReadMountinfo(std::string_view text) {
  const auto mount = FindCgroup2(text);
  if (!mount) return;
  Expect(!mount->folder.empty() && mount->folder.size() <= text.size());
  Expect(mount->cgroup.starts_with("/") && mount->cgroup.size() <= text.size());
  Expect(text.find("cgroup2") != std::string_view::npos);
}

void ExpectAllowed(const PodName& pod) {
  Expect(!pod.name_space.empty() && pod.name_space.size() <= 63);
  Expect(!pod.name.empty() && pod.name.size() <= 253);
  ExpectUtf8(pod.name_space + pod.name);
}

/// What is taken is taken whole: its parts make up the name again.
void ReadPodFolder(std::string_view name) {
  const auto folder = ParsePodFolder(name);
  if (!folder) return;
  ExpectAllowed(folder->pod);
  Expect(IsPodUid(folder->uid));
  Expect(folder->pod.name_space + "_" + folder->pod.name + "_" + folder->uid == name);
}

void ReadContainerLog(std::string_view name) {
  const auto log = ParseContainerLog(name);
  if (!log) return;
  const auto& [pod, container] = log->container;
  ExpectAllowed(pod);
  Expect(!container.empty() && container.size() <= 63 && IsContainerId(log->id));
  ExpectUtf8(container);
  Expect(pod.name + "_" + pod.name_space + "_" + container + "-" + log->id + ".log" == name);
}

using Parser = void (*)(std::string_view);
constexpr std::array<Parser, 4> kParsers{[](std::string_view text) {
                                           ReadPath(text);
                                           ReadPathOfUser(text);
                                         },
                                         ReadMountinfo, ReadPodFolder, ReadContainerLog};

}  // namespace
}  // namespace sockdiag::fuzz

/// Any text as a cgroup's path, as mountinfo, and as what the kubelet's folders of logs hold; the
/// first byte says which, as a digit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sockdiag::fuzz;
  RunParser(kParsers, data, size);
  return 0;
}
