#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sockdiag {

/// A pod, as Kubernetes' users know it.
struct PodName {
  /// A DNS label (RFC 1123): lower-case letters, digits and hyphens, 63 at most.
  std::string name_space;
  /// A DNS subdomain: such labels with dots between, 253 characters at most.
  std::string name;

  friend bool operator==(const PodName&, const PodName&) = default;
};

/// A container in a pod.
struct PodContainer {
  PodName pod;
  /// A DNS label.
  std::string name;

  friend bool operator==(const PodContainer&, const PodContainer&) = default;
};

/// What a folder of /var/log/pods is called: `<namespace>_<pod>_<uid>`.
struct PodFolder {
  PodName pod;
  /// As IsPodUid().
  std::string uid;

  friend bool operator==(const PodFolder&, const PodFolder&) = default;
};

/// What a link of /var/log/containers is called: `<pod>_<namespace>_<container>-<id>.log`.
struct ContainerLog {
  PodContainer container;
  /// As IsContainerId().
  std::string id;

  friend bool operator==(const ContainerLog&, const ContainerLog&) = default;
};

/// Nothing when it is not of that form, or not of names that Kubernetes allows (its "Object Names
/// and IDs"), of which none holds a `_`.
[[nodiscard]] std::optional<PodFolder> ParsePodFolder(std::string_view name);
/// The same. The kubelet cuts the name at 255 bytes: then the id is not whole, and it is nothing.
[[nodiscard]] std::optional<ContainerLog> ParseContainerLog(std::string_view name);

/// What the kubelet's folders of logs tell.
struct PodNames {
  /// By uid.
  std::unordered_map<std::string, PodName> pods;
  /// By id.
  std::unordered_map<std::string, PodContainer> containers;
  /// What of it is missing, and why: a folder that cannot be read, as is one of pods that is not
  /// there. Else empty.
  std::string error;
};

/// So many entries of a folder are looked at.
inline constexpr std::size_t kMaxLogEntries = 20'000;

/// Lists the two folders and opens nothing in them. One that is not there tells nothing.
[[nodiscard]] PodNames ReadPodNames(const std::string& pods = "/var/log/pods",
                                    const std::string& containers = "/var/log/containers");

}  // namespace sockdiag
