#include "sockets/naming/cgroup_path.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace sockdiag {
namespace {

bool IsLowerHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool IsContainerId(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), IsLowerHex);
}

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

/// A UUID, or the 32 digits of a static pod.
bool IsPodUid(std::string_view uid) {
  constexpr std::size_t kUuid = 36;
  constexpr std::size_t kDigits = 32;
  if (uid.size() != kUuid && uid.size() != kDigits) return false;
  for (std::size_t i = 0; i < uid.size(); ++i) {
    const bool is_hyphen = uid.size() == kUuid && (i == 8 || i == 13 || i == 18 || i == 23);
    if (is_hyphen ? uid[i] != '-' : !IsLowerHex(uid[i])) return false;
  }
  return true;
}

/// `pod<uid>` with the kubelet's cgroupfs driver, `kubepods-burstable-pod<uid>.slice` with `_` for
/// `-` with its systemd driver; nothing when it is no pod's.
std::optional<std::string> PodUidOf(std::string_view folder) {
  std::string uid;
  if (const auto slice = Between(folder, "", ".slice")) {
    const std::size_t mark = slice->rfind("-pod");
    if (mark == std::string_view::npos) return std::nullopt;
    uid = slice->substr(mark + 4);
    std::replace(uid.begin(), uid.end(), '_', '-');
  } else if (const auto name = Between(folder, "pod", "")) {
    uid = *name;
  }
  if (!IsPodUid(uid)) return std::nullopt;
  return uid;
}

/// Nothing when it is no container's.
std::optional<std::string_view> ContainerIdOf(std::string_view folder) {
  if (IsContainerId(folder)) return folder;
  if (const auto scope = Between(folder, "", ".scope")) {
    constexpr std::array<std::string_view, 6> runtimes{
        "cri-containerd-", "containerd-", "crio-", "docker-", "libpod-", "nerdctl-"};
    for (const std::string_view runtime : runtimes) {
      const auto id = Between(*scope, runtime, "");
      if (id && IsContainerId(*id)) return id;
    }
    return std::nullopt;
  }
  if (const auto id = Between(folder, "libpod-", ""); id && IsContainerId(*id)) return id;
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

}  // namespace

CgroupOwner ParseCgroupPath(std::string_view path) {
  CgroupOwner owner;
  std::string_view parent;
  while (!path.empty()) {
    const std::string_view folder = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
    if (folder.empty()) continue;
    if (const auto colon = folder.find(':'); colon != std::string_view::npos) {
      if (auto uid = PodUidOf(folder.substr(0, colon))) owner.pod_uid = *std::move(uid);
    }
    if (auto uid = PodUidOf(folder)) {
      owner = {OwnerKind::kPod, {}, {}, *std::move(uid)};
    } else if (const auto id = ContainerIdOf(folder)) {
      owner.kind = owner.pod_uid.empty() ? OwnerKind::kContainer : OwnerKind::kPod;
      owner.name.clear();
      owner.container_id = *id;
      return owner;
    } else if (auto machine = MachineOf(folder, parent)) {
      return {OwnerKind::kMachine, *std::move(machine), {}, {}};
    } else if (IsUnit(folder) && owner.kind != OwnerKind::kPod) {
      const bool is_session = folder.starts_with("session-") && folder.ends_with(".scope");
      owner.kind = is_session ? OwnerKind::kSession : OwnerKind::kUnit;
      owner.name = Unescaped(folder);
    }
    parent = folder;
  }
  return owner;
}

}  // namespace sockdiag
