#include "sockets/naming/cgroup_path.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/hex_ids.h"

namespace sockdiag {
namespace {

/// What stands between the two; nothing when it is not of this form.
std::optional<std::string_view> Between(std::string_view text, std::string_view prefix,
                                        std::string_view suffix) {
  if (text.size() < prefix.size() + suffix.size()) return std::nullopt;
  if (!text.starts_with(prefix) || !text.ends_with(suffix)) return std::nullopt;
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

std::optional<std::uint8_t> HexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return std::nullopt;
}

/// systemd's `\x2d` for `-`, and so on; a zero byte is left as it is written.
std::string Unescaped(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i, 2) == "\\x" && i + 3 < name.size()) {
      const auto high = HexValue(name[i + 2]);
      const auto low = HexValue(name[i + 3]);
      if (high && low && (*high != 0 || *low != 0)) {
        text += static_cast<char>(*high * 16 + *low);
        i += 3;
        continue;
      }
    }
    text += name[i];
  }
  return text;
}

/// Takes the first folder off a path; empty at its end.
std::string_view TakeFolder(std::string_view& path) {
  path.remove_prefix(std::min(path.size(), path.find_first_not_of('/')));
  const std::string_view folder = path.substr(0, path.find('/'));
  path.remove_prefix(folder.size());
  return folder;
}

/// `pod<uid>` with the kubelet's cgroupfs driver, `kubepods-burstable-pod<uid>.slice` with `_` for
/// `-` with its systemd driver; nothing when it is no pod's.
std::optional<std::string> PodUidOf(std::string_view folder) {
  std::string uid;
  if (const auto slice = Between(folder, "", ".slice")) {
    const std::size_t mark = slice->rfind("-pod");
    if (mark == std::string_view::npos) return std::nullopt;
    if (slice->find("kubepods") >= mark) return std::nullopt;
    uid = slice->substr(mark + 4);
    // In a slice's name it would mean a slice above.
    if (uid.find('-') != std::string::npos) return std::nullopt;
    std::replace(uid.begin(), uid.end(), '_', '-');
  } else if (const auto name = Between(folder, "pod", "")) {
    uid = *name;
  }
  if (!IsPodUid(uid)) return std::nullopt;
  return uid;
}

/// `crio-<id>.scope`, or without the suffix as CRI-O and podman write it with cgroupfs, or the bare
/// id; nothing when it is no container's.
std::optional<std::string_view> ContainerIdOf(std::string_view folder) {
  if (IsContainerId(folder)) return folder;
  const std::optional<std::string_view> scope = Between(folder, "", ".scope");
  constexpr std::array<std::string_view, 6> runtimes{"cri-containerd-", "containerd-", "crio-",
                                                     "docker-",         "libpod-",     "nerdctl-"};
  for (const std::string_view runtime : runtimes) {
    const auto id = Between(scope.value_or(folder), runtime, "");
    if (id && IsContainerId(*id)) return id;
  }
  // runc's name when the systemd driver gets a path that is none of systemd's.
  const std::size_t colon = folder.rfind(':');
  if (colon == std::string_view::npos || !IsContainerId(folder.substr(colon + 1))) {
    return std::nullopt;
  }
  return folder.substr(colon + 1);
}

/// Nothing when it is no machine's.
std::optional<std::string> MachineOf(std::string_view folder, std::string_view parent) {
  for (const auto& [prefix, suffix] :
       {std::pair<std::string_view, std::string_view>{"systemd-nspawn@", ".service"},
        {"machine-", ".scope"},
        {"lxc.payload.", ""}}) {
    if (const auto name = Between(folder, prefix, suffix); name && !name->empty()) {
      return Unescaped(*name);
    }
  }
  if (parent == "lxc" && !folder.empty()) return std::string(folder);
  return std::nullopt;
}

bool IsUnit(std::string_view folder) {
  return folder.ends_with(".service") || folder.ends_with(".scope");
}

/// Of services that keep pods and containers below themselves.
bool IsRuntime(std::string_view folder) {
  constexpr std::array<std::string_view, 9> kRuntimes{
      "containerd.service", "docker.service",     "crio.service",
      "cri-docker.service", "kubelet.service",    "k3s.service",
      "k3s-agent.service",  "rke2-agent.service", "rke2-server.service"};
  return std::find(kRuntimes.begin(), kRuntimes.end(), folder) != kRuntimes.end();
}

/// Of a user's own systemd.
bool IsUserManager(std::string_view folder) {
  const auto user = Between(folder, "user@", ".service");
  return user && !user->empty();
}

/// What is below a user's manager: each name is that user's choice, so that it must not be that of
/// anybody else. `manager`: the folder's name.
CgroupOwner ParseUserPath(std::string_view manager, std::string_view path) {
  CgroupOwner owner{OwnerKind::kUnit, Unescaped(manager), {}, {}};
  for (std::string_view folder = TakeFolder(path); !folder.empty(); folder = TakeFolder(path)) {
    if (const auto id = ContainerIdOf(folder)) {
      return {OwnerKind::kContainer, Unescaped(manager), std::string(*id), {}};
    }
    if (IsUnit(folder)) owner.name = Unescaped(manager) + "/" + Unescaped(folder);
  }
  return owner;
}

}  // namespace

bool IsPodUid(std::string_view text) {
  constexpr std::size_t kDigits = 32;
  return IsUuid(text) || IsHex(text, kDigits);
}

CgroupOwner ParseCgroupPath(std::string_view path) {
  CgroupOwner owner;
  std::string_view parent;
  bool is_below_unit = false;
  for (std::string_view folder = TakeFolder(path); !folder.empty(); folder = TakeFolder(path)) {
    if (auto uid = PodUidOf(folder)) {
      owner = {OwnerKind::kPod, {}, {}, *std::move(uid)};
    } else if (const auto id = ContainerIdOf(folder)) {
      if (auto pod = PodUidOf(folder.substr(0, folder.find(':')))) owner.pod_uid = *std::move(pod);
      owner.kind = owner.pod_uid.empty() ? OwnerKind::kContainer : OwnerKind::kPod;
      owner.name.clear();
      owner.container_id = *id;
      return owner;
    } else if (is_below_unit) {
      continue;
    } else if (auto machine = MachineOf(folder, parent)) {
      return {OwnerKind::kMachine, *std::move(machine), {}, {}};
    } else if (owner.kind != OwnerKind::kPod && IsUserManager(folder)) {
      return ParseUserPath(folder, path);
    } else if (IsUnit(folder) && owner.kind != OwnerKind::kPod) {
      const bool is_session = folder.starts_with("session-") && folder.ends_with(".scope");
      owner.kind = is_session ? OwnerKind::kSession : OwnerKind::kUnit;
      owner.name = Unescaped(folder);
      // A unit chooses the names below itself, which are not to pass for somebody else's.
      if (!IsRuntime(folder)) return owner;
      is_below_unit = true;
    }
    parent = folder;
  }
  return owner;
}

}  // namespace sockdiag
