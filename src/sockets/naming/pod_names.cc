#include "sockets/naming/pod_names.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <utility>

#include "base/error.h"
#include "base/folder.h"
#include "base/hex_ids.h"
#include "sockets/naming/cgroup_path.h"

namespace sockdiag {
namespace {

constexpr std::size_t kMaxLabelBytes = 63;
constexpr std::size_t kMaxSubdomainBytes = 253;

bool IsLowerOrDigit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// A label of any length.
bool IsLabel(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '-' || IsLowerOrDigit(c); });
}

bool IsDnsLabel(std::string_view text) { return text.size() <= kMaxLabelBytes && IsLabel(text); }

/// Kubernetes bounds the whole, and not the labels.
bool IsDnsSubdomain(std::string_view text) {
  if (text.size() > kMaxSubdomainBytes) return false;
  std::size_t dot = text.find('.');
  for (; dot != std::string_view::npos; dot = text.find('.')) {
    if (!IsLabel(text.substr(0, dot))) return false;
    text.remove_prefix(dot + 1);
  }
  return IsLabel(text);
}

/// The three parts that two `_` are between; a third one stays in the last.
std::optional<std::array<std::string_view, 3>> Split(std::string_view text) {
  const std::size_t first = text.find('_');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('_', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return {
      {text.substr(0, first), text.substr(first + 1, second - first - 1), text.substr(second + 1)}};
}

std::optional<PodName> PodNameOf(std::string_view name_space, std::string_view name) {
  if (!IsDnsLabel(name_space) || !IsDnsSubdomain(name)) return std::nullopt;
  return PodName{std::string(name_space), std::string(name)};
}

/// Visits the names in a folder; why it cannot be read, as an errno, or 0.
int ForEachName(const std::string& path, const std::function<void(std::string_view)>& visit) {
  const Folder folder = OpenFolder(path);
  if (!folder) return errno;
  for (std::size_t i = 0; i < kMaxLogEntries; ++i) {
    errno = 0;
    const dirent* entry = readdir(folder.get());
    if (entry == nullptr) return errno;
    visit(entry->d_name);
  }
  return 0;
}

}  // namespace

std::optional<PodFolder> ParsePodFolder(std::string_view name) {
  const auto parts = Split(name);
  if (!parts) return std::nullopt;
  const auto& [name_space, pod_name, uid] = *parts;
  auto pod = PodNameOf(name_space, pod_name);
  if (!pod || !IsPodUid(uid)) return std::nullopt;
  return PodFolder{*std::move(pod), std::string(uid)};
}

std::optional<ContainerLog> ParseContainerLog(std::string_view name) {
  constexpr std::string_view kSuffix = ".log";
  if (!name.ends_with(kSuffix)) return std::nullopt;
  name.remove_suffix(kSuffix.size());
  const auto parts = Split(name);
  if (!parts) return std::nullopt;
  const auto& [pod_name, name_space, container_and_id] = *parts;
  const std::size_t hyphen = container_and_id.rfind('-');
  if (hyphen == std::string_view::npos) return std::nullopt;
  const std::string_view container = container_and_id.substr(0, hyphen);
  const std::string_view id = container_and_id.substr(hyphen + 1);
  auto pod = PodNameOf(name_space, pod_name);
  if (!pod || !IsDnsLabel(container) || !IsContainerId(id)) return std::nullopt;
  return ContainerLog{{*std::move(pod), std::string(container)}, std::string(id)};
}

PodNames ReadPodNames(const std::string& pods, const std::string& containers) {
  PodNames names;
  const int no_pods = ForEachName(pods, [&](std::string_view name) {
    auto folder = ParsePodFolder(name);
    if (folder) names.pods.try_emplace(std::move(folder->uid), std::move(folder->pod));
  });
  const int no_containers = ForEachName(containers, [&](std::string_view name) {
    auto log = ParseContainerLog(name);
    if (log) names.containers.try_emplace(std::move(log->id), std::move(log->container));
  });
  if (no_pods != 0) {
    names.error = ErrnoMessage(pods, no_pods);
  } else if (no_containers != 0 && no_containers != ENOENT) {
    names.error = ErrnoMessage(containers, no_containers);
  }
  return names;
}

}  // namespace sockdiag
