#include "namespaces/mounts.h"

#include "base/hex_ids.h"
#include "proc/mountinfo.h"
#include "proc/scanner.h"

namespace sockdiag {
namespace {

std::string NameOf(std::string_view path) {
  for (const std::string_view folder : {"/run/netns/", "/var/run/netns/"}) {
    if (!path.starts_with(folder)) continue;
    const std::string_view name = path.substr(folder.size());
    constexpr std::string_view kCni = "cni-";
    if (name.starts_with(kCni) && IsUuid(name.substr(kCni.size()))) return {};
    if (name.find('/') == std::string_view::npos) return std::string(name);
  }
  return {};
}

std::optional<NamespaceMount> NetworkNamespaceOf(const MountinfoLine& line) {
  const std::optional<NamespaceId> id = ParseNamespaceLink(line.root);
  if (!id || line.type != "nsfs") return std::nullopt;
  NamespaceMount mount{*id, UnescapeMountinfo(line.point), {}};
  mount.name = NameOf(mount.path);
  return mount;
}

}  // namespace

std::optional<NamespaceId> ParseNamespaceLink(std::string_view text) {
  constexpr std::string_view kStart = "net:[";
  if (!text.starts_with(kStart)) return std::nullopt;
  Scanner scanner(text.substr(kStart.size()));
  const auto id = scanner.TakeInteger<NamespaceId>();
  if (!id || *id == 0 || !scanner.TakeCharacter(']') || !scanner.IsAtEnd()) return std::nullopt;
  return id;
}

std::vector<NamespaceMount> ParseNamespaceMounts(std::string_view mountinfo) {
  std::vector<NamespaceMount> mounts;
  ForEachMount(mountinfo, [&](const MountinfoLine& line) {
    std::optional<NamespaceMount> mount = NetworkNamespaceOf(line);
    if (mount) mounts.push_back(*std::move(mount));
  });
  return mounts;
}

}  // namespace sockdiag
