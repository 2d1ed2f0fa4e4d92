#pragma once

#include <string>
#include <string_view>

#include "model/owner_kind.h"

namespace sockdiag {

/// Whose a cgroup is, as far as its path tells.
struct CgroupOwner {
  OwnerKind kind = OwnerKind::kNone;
  /// Of a unit or session its name, of a machine its name; else empty. Of a user's own unit
  /// `user@1000.service/web.service`.
  std::string name;
  /// Of a container, also of one in a pod; else empty.
  std::string container_id;
  /// As Kubernetes writes it, of a pod; else empty.
  std::string pod_uid;

  friend bool operator==(const CgroupOwner&, const CgroupOwner&) = default;
};

/// A UUID; or 32 hexadecimal digits, as of a static pod, whose uid the kubelet makes
/// of its manifest. Its cgroup and its folder of logs have the same 32.
[[nodiscard]] bool IsPodUid(std::string_view text);

/// From the path below the cgroup2 mount, such as `/system.slice/nginx.service`: the innermost
/// folder that has an owner counts, but what is below a container or a machine is its own affair.
/// Below `user@N.service` a user names the folders: there are no pods, sessions and machines, and
/// units are that user's.
/// The forms are those of systemd (systemd.unit(5), its escapes taken back), of the kubelet with
/// either cgroup driver, and of docker, containerd, CRI-O and podman, with either; of lxc. Any text
/// is taken: what has none of these forms has no owner.
[[nodiscard]] CgroupOwner ParseCgroupPath(std::string_view path);

}  // namespace sockdiag
